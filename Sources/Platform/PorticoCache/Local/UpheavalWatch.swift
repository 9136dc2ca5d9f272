/// Notices that a load has become another one: keys just turned away are asked for more than values that may go next.
///
/// While estimates of frequency are right it is the other way round, whatever the hit ratio does: values on probation, a fifth
/// of all, are asked for about twice as often as the keys that were turned away last, a quarter as many as there are values. A
/// scan brings no key back, a loop uses what is kept, and after an invalidation there is room: none of them is an upheaval.
///
/// It keeps one sum (after Page's cumulative sums): a key that comes back adds one, a use on probation takes one away. What lies
/// below zero speaks for the estimates and is worth half as much with every half as many requests as there are values, so
/// that what counts is about the last round through the store.
struct UpheavalWatch: Sendable {
    /// An upheaval takes this lead at least, and this part of the number of values.
    private static let least = 16
    private static let part = 40

    /// By how much keys that came back are ahead; below zero by how much they are behind.
    private(set) var lead = 0
    private var halvedAt = 0

    /// How many of the last rejections count when their keys come back.
    static func reach(among entries: Int) -> Int { entries / 4 }

    /// Counts what happened since the last call.
    ///
    /// - Parameters:
    ///   - used: how often values on probation were asked for.
    ///   - hasReturned: whether a key came back after that, and found no room.
    ///   - requests: the number of requests, ever.
    ///   - entries: the number of stored values.
    /// - Returns: whether this makes an upheaval; counting then begins anew.
    mutating func count(used: Int, hasReturned: Bool, requests: Int, among entries: Int) -> Bool {
        lead += (hasReturned ? 1 : 0) - used
        if (requests - halvedAt) * 2 >= entries {
            halvedAt = requests
            if lead < 0 { lead /= 2 }
        }
        guard hasReturned, lead >= max(UpheavalWatch.least, entries / UpheavalWatch.part) else { return false }
        lead = 0
        return true
    }
}
