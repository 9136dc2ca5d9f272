import CLibPQ

/// What tells prepared statements apart: the text, and the types its parameters were declared with.
struct StatementKey: Hashable, Sendable {
    let text: String
    let types: [Oid]
}

/// The names of the statements a connection has prepared; the one unused for longest makes room.
struct PreparedStatements {
    private struct Entry {
        let name: String
        var usedAt: UInt64
    }

    private let capacity: Int
    private var entries: [StatementKey: Entry] = [:]
    private var uses: UInt64 = 0
    private var made: UInt64 = 0

    init(capacity: Int) {
        self.capacity = max(8, capacity)
        entries.reserveCapacity(self.capacity + 1)
    }

    var count: Int { entries.count }

    /// The name of a statement that is prepared already.
    mutating func name(of key: StatementKey) -> String? {
        uses += 1
        guard let index = entries.index(forKey: key) else { return nil }
        entries.values[index].usedAt = uses
        return entries.values[index].name
    }

    /// A new name for a statement, and the name of the one that had to go for it.
    mutating func insert(_ key: StatementKey) -> (name: String, evicted: String?) {
        var evicted: String?
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt }) {
            entries[oldest.key] = nil
            evicted = oldest.value.name
        }
        made += 1
        uses += 1
        // Names are never used twice, so a statement whose end is uncertain is in nobody's way.
        let name = "p\(made)"
        entries[key] = Entry(name: name, usedAt: uses)
        return (name, evicted)
    }

    mutating func remove(_ key: StatementKey) {
        entries[key] = nil
    }

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
    }
}
