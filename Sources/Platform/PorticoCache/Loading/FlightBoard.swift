import Synchronization

/// The loads that are under way, at most one for each key.
final class FlightBoard<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    typealias Flight = CacheFlight<Value>

    enum Boarding {
        /// Another caller loads already.
        case join(Flight)
        /// This caller has to load.
        case lead(Flight)
        /// No load is needed any more.
        case found(CacheSighting<Value>)
    }

    private let parts: [Part]

    /// Parts with locks of their own, so that loads of different keys do not wait for each other.
    private final class Part: Sendable {
        let flights = Mutex<[Key: Flight]>([:])
    }

    init(parts: Int = 16) {
        self.parts = (0..<parts).map { _ in Part() }
    }

    /// The number of loads under way.
    var count: Int { parts.reduce(0) { $0 + $1.flights.withLock { $0.count } } }

    /// Finds the load of a key or begins one.
    ///
    /// - Parameters:
    ///   - look: looks at the stored value again, because a load may have ended since the caller looked.
    ///   - begin: makes the new flight.
    func board(
        _ key: Key, _ hash: UInt64, isReplacing: (Flight) -> Bool, look: () -> CacheSighting<Value>?,
        begin: () -> Flight
    ) -> Boarding {
        part(hash).flights.withLock { flights in
            if let flight = flights[key], !isReplacing(flight) { return .join(flight) }
            if let sighting = look() { return .found(sighting) }
            let flight = begin()
            flights[key] = flight
            return .lead(flight)
        }
    }

    /// Takes a flight off the board. One that took its place stays.
    func remove(_ flight: Flight, _ key: Key, _ hash: UInt64) {
        part(hash).flights.withLock { flights in
            if flights[key] === flight { flights[key] = nil }
        }
    }

    private func part(_ hash: UInt64) -> Part {
        parts[(Int(truncatingIfNeeded: hash >> 40) & 0xFFFF) % parts.count]
    }
}
