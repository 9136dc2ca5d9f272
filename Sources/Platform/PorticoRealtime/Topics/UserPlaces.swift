import Synchronization

/// How many connections each user has on this node: event streams, sockets, or both together.
public final class UserPlaces: Sendable {
    /// One connection's place; it is free again when nobody holds this any more.
    final class Place: Sendable {
        private let places: UserPlaces
        private let user: String

        fileprivate init(_ places: UserPlaces, _ user: String) {
            self.places = places
            self.user = user
        }

        deinit { places.free(user) }
    }

    /// The most connections of one user.
    public let perUser: Int
    private let taken = Mutex<[String: Int]>([:])

    /// Places that nobody has taken yet.
    public init(perUser: Int) {
        self.perUser = perUser
    }

    /// Users with connections.
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
