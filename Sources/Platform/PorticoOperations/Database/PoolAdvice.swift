import Glibc
import PorticoSQL

/// How many connections a pool needs, by what it did in the last minutes.
///
/// Little's law gives the connections at work on average: pieces of work a second times how long each holds its
/// connection. Work that comes independently finds a number at work that is spread as Poisson has it around that average,
/// whatever the holds are like (the M/G/∞ queue), so that enough for 99 of 100 moments is the 0.99 quantile of it.
struct PoolAdvice: Sendable, Equatable {
    /// The fewest pieces of work from which anything is concluded.
    static let enoughTraffic = 100

    /// What to do.
    enum Verdict: Sendable, Equatable {
        /// Nothing can be said yet.
        case tooQuiet
        /// It has what it needs.
        case fits
        /// Many of its connections are never used.
        case generous
        /// So much of it is at work that what it needs can't be seen.
        case full
        /// It needs more, and may have more.
        case more(Int)
        /// It needs more than the server gives to each node.
        case bounded(Int)
    }

    let pool: String
    let isLocal: Bool
    let load: PoolLoad
    let capacity: Int
    /// Connections that are enough for 99 of 100 moments at the rate of the busiest ten seconds.
    let needed: Int
    let verdict: Verdict

    /// Advice for a pool that can be made larger or smaller; nil for any other.
    /// - Parameter connections: those of the server; nil where there is no server.
    /// - Parameter nodes: that share them; one is taken where nobody knows.
    /// - Parameter isLocal: whether the server is on this machine.
    init?(_ standing: PoolStanding, connections: ServerConnections?, nodes: Int?, isLocal: Bool = false) {
        guard let load = standing.load, PoolAdvice.setting(of: standing.name, isLocal: isLocal) != nil else {
            return nil
        }
        let capacity = standing.status.capacity
        pool = standing.name
        self.isLocal = isLocal
        self.load = load
        self.capacity = capacity
        needed = PoolAdvice.enough(for: load.busiestInUse)
        let allowed = connections.map { capacity + $0.limit / max(1, nodes ?? 1) - $0.perNode }
        verdict = PoolAdvice.judge(load, capacity: capacity, needed: needed, allowed: allowed)
    }

    private static func judge(_ load: PoolLoad, capacity: Int, needed: Int, allowed: Int?) -> Verdict {
        guard load.count >= enoughTraffic else { return .tooQuiet }
        let isFull = load.busiestInUse * 100 >= Double(capacity * PoolLevel.high.rawValue)
        if isFull || needed > capacity {
            if let allowed, (isFull ? capacity + 1 : needed) > allowed { return .bounded(max(1, allowed)) }
            return isFull ? .full : .more(needed)
        }
        return capacity >= needed * 4 && capacity - needed >= 8 ? .generous : .fits
    }

    /// The 0.99 quantile of a Poisson distribution, one at least. Summed up where the first term can still be told from
    /// zero; beyond that the normal distribution is as good.
    static func enough(for mean: Double) -> Int {
        guard mean < 500 else { return Int((mean + 2.326 * mean.squareRoot()).rounded(.up)) }
        var term = exp(-max(0, mean))
        var sum = term
        var count = 0
        while sum < 0.99 {
            count += 1
            term *= mean / Double(count)
            sum += term
        }
        return max(1, count)
    }

    /// The settings that say how large a pool is; nil for pools without one.
    static func setting(of pool: String, isLocal: Bool) -> String? {
        switch pool {
        case "session": isLocal ? "database.writers" : "database.pool_base and database.pool_overflow"
        case "read": "database.readers"
        default: nil
        }
    }

    /// On this machine more of them than a few for each core only take turns. Reads are kept apart nowhere else.
    private var caution: String { isLocal || pool == "read" ? ", if this machine has cores to spare" : "" }

    /// What to do, in words.
    var words: String {
        let setting = PoolAdvice.setting(of: pool, isLocal: isLocal) ?? ""
        return switch verdict {
        case .tooQuiet:
            "Not enough traffic yet: less than \(PoolAdvice.enoughTraffic) pieces of work in the last five minutes."
        case .fits: "Has what it needs."
        case .generous: "Has many more than it needs now. If it is never busier, \(setting) could be lower."
        case .full: "Nearly full, so that its need can't be seen: raise \(setting) a little\(caution), and look again."
        case .more(let count): "Needs more: raise \(setting) so that there are \(count)\(caution)."
        case .bounded(let count):
            """
            Needs more than the server gives to each node, which is \(count): shorten transactions, or raise its \
            max_connections.
            """
        }
    }
}
