import Synchronization

/// How many sockets each user has.
final class SocketPlaces: Sendable {
    /// One socket's place; it is free again when nobody holds this any more.
    final class Place: Sendable {
        private let places: SocketPlaces
        private let user: String

        fileprivate init(_ places: SocketPlaces, _ user: String) {
            self.places = places
            self.user = user
        }

        deinit { places.free(user) }
    }

    private let perUser: Int
    private let taken = Mutex<[String: Int]>([:])

    init(perUser: Int) {
        self.perUser = perUser
    }

    /// Users with sockets.
    var users: Int { taken.withLock(\.count) }

    /// A place, or nil when the user has as many as anybody may.
    func take(_ user: String) -> Place? {
        let isFree = taken.withLock { taken in
            let count = taken[user, default: 0]
            guard count < perUser else { return false }
            taken[user] = count + 1
            return true
        }
        return isFree ? Place(self, user) : nil
    }

    private func free(_ user: String) {
        taken.withLock { taken in
            guard let count = taken[user] else { return }
            taken[user] = count > 1 ? count - 1 : nil
        }
    }
}

/// Messages that one client may send: so many at once, so many a second after that.
struct Allowance: Sendable {
    private let perSecond: Double
    private let burst: Double
    private var left: Double
    private var at: Int64

    init(perSecond: Int, burst: Int, now: Int64) {
        self.perSecond = Double(perSecond)
        self.burst = Double(max(1, burst))
        left = Double(max(1, burst))
        at = now
    }

    /// Whether one more is fine.
    /// - Parameter now: nanoseconds of the monotonic clock.
    mutating func take(now: Int64) -> Bool {
        left = min(burst, left + Double(max(0, now - at)) / 1_000_000_000 * perSecond)
        at = now
        guard left >= 1 else { return false }
        left -= 1
        return true
    }
}
