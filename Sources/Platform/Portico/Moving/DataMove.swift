/// Moves an application from its embedded database to PostgreSQL: every row of every table, counted and compared
/// afterwards.
///
/// The source is only read, and must not be served meanwhile: what is written to it while it is copied shows as a
/// difference. The target gets its schema here and must hold nothing.
///
/// A move that is broken off, however hard, goes on where it was when it is run again: the target remembers in tables of its
/// own what has arrived, in the same transactions as the rows. What arrived before is not copied again, but it is looked at
/// again in the source, and everything is compared at the end. The tables are removed when all is equal.
public struct DataMove: Sendable {
    /// What became of one table.
    public struct Table: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Rows in the source.
        public let rows: Int
        /// Rows in the target.
        public let arrived: Int
        /// Digest of the rows of the source, in whatever order: 16 hexadecimal digits.
        public let digest: String
        /// The same of the target.
        public let arrivedDigest: String

        /// Whether all rows have arrived as they were.
        public var isWhole: Bool { rows == arrived && digest == arrivedDigest }
    }

    let source: Database
    let target: Database
    /// What people call the source.
    let place: String
    /// Rows that travel together at the most.
    var batchRows = 10_000
    /// Bytes of their values, about, after which they travel: files lie in tables too, in parts of some hundred kilobytes.
    var batchBytes = 8 << 20
    /// How long the target may be in other hands. The server takes a moment to notice that a killed program is gone.
    var patience = Span.seconds(5)
    /// Comes after everything that is committed; what it throws ends the move there, as a crash would.
    var afterStep: @Sendable () async throws -> Void = {}

    /// A move from an embedded database to one of PostgreSQL.
    /// - Parameter place: what the source is called in words for people, such as its path.
    public init(from source: Database, to target: Database, named place: String = "the source") {
        self.source = source
        self.target = target
        self.place = place
    }

    /// Moves everything, or what an earlier run has left.
    /// - Parameters:
    ///   - components: the application's schema with the platform's.
    ///   - tell: hears how it goes, one after the other, on whatever thread; it must be quick.
    /// - Returns: what became of each table, by name.
    /// - Throws: ``DataMoveRefusal``, ``SQLError``; `CancellationError` when the task is cancelled. The same move may be run
    ///   again after each of them.
    public func run(
        _ components: [SchemaComponent], at now: Instant,
        telling tell: @escaping @Sendable (DataMoveNews) -> Void = { _ in }
    ) async throws -> [Table] {
        try await refuseUnfit(components, at: now)
        return try await MoveLock.holding(target, patience: patience) {
            try await moveAlone(components, at: now, MoveTeller(tell))
        }
    }

    private func moveAlone(
        _ components: [SchemaComponent], at now: Instant, _ teller: MoveTeller
    ) async throws -> [Table] {
        let mark = try await source.read { try SourceMark.of($0) }
        let head = try await begin(mark, at: now)
        if head.stage == .preparing { try await prepare(components, at: now) }
        let entries = try await entries()
        let tables = try await sharedTables()
        if head.stage != .preparing {
            teller.goesOn(
                DataMoveResumption(
                    begunAt: head.begunAt, tables: entries.count(where: \.isDone),
                    rows: entries.reduce(0) { $0 + $1.digest.rows }))
        }
        if head.stage == .copying { try await refuseChanges(tables, entries, teller) }
        if head.stage != .comparing { try await copy(tables, entries, teller) }
        let compared = try await compare(tables, teller)
        if compared.allSatisfy(\.isWhole) {
            try await change { try MoveLedger.remove(in: $0) }
        }
        return compared
    }

    /// Changes the target without a limit of time: a batch, a foreign key or statistics of a large table take longer than what
    /// people ask for may.
    @discardableResult
    func change<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        let value = try await target.write { transaction in
            try transaction.liftTimeLimit()
            return try body(transaction)
        }
        try await afterStep()
        return value
    }

    // MARK: - Before

    private func refuseUnfit(_ components: [SchemaComponent], at now: Instant) async throws {
        guard source.dialect == .sqlite, target.dialect == .postgresql else {
            throw DataMoveRefusal(description: "rows move from SQLite to PostgreSQL, and no other way")
        }
        let pending = try await source.migrate(components, at: now, dryRun: true)
        guard pending.isEmpty else {
            throw DataMoveRefusal(
                description: "the source lacks \(pending.count) steps of its schema; run portico migrate on it first")
        }
    }

    /// How far the target is; an empty one begins to remember. Whether it is empty is looked at in the same transaction.
    private func begin(_ mark: String, at now: Instant) async throws -> MoveLedger.Head {
        let head = try await change { [place] transaction in
            if let head = try MoveLedger.head(in: transaction) { return head }
            if let filled = try DataMove.filledTable(in: transaction) {
                throw DataMoveRefusal(
                    description: "the target is not empty: there are rows in \(filled); it takes an empty schema")
            }
            let head = MoveLedger.Head(source: mark, place: place, stage: .preparing, begunAt: now)
            try MoveLedger.begin(head, in: transaction)
            return head
        }
        guard head.source == mark else {
            throw DataMoveRefusal(
                description: """
                    the target holds what a move of another source has left, begun at \(head.begunAt.rfc3339) from \
                    \(head.place); go on with that one, or drop the target's schema and move again
                    """)
        }
        return head
    }

    private static func filledTable(in session: some SQLSession) throws -> String? {
        try TableShape.all(in: session).first { table in
            let any = SQL(trusted: "SELECT 1 FROM \(table.quotedName) LIMIT 1")
            return try session.scalar("move.any", any, as: Int.self) != nil
        }?.name
    }

    /// Makes the target's tables, empty and without foreign keys. May be done again when it was broken off.
    private func prepare(_ components: [SchemaComponent], at now: Instant) async throws {
        _ = try await target.migrate(components, at: now)
        try await afterStep()
        try await makeFurtherTables()
        let tables = try await sharedTables()
        try await change { transaction in
            let links = try ForeignKeys.drop(in: transaction)
            let names = tables.map(\.quotedName).joined(separator: ", ")
            // A new schema comes with rows of its own; those of the source stand in their place.
            try transaction.execute("move.clear", SQL(trusted: "TRUNCATE \(names)"))
            try MoveLedger.expect(tables.map(\.name), links, in: transaction)
            try MoveLedger.pass(from: .preparing, to: .copying, in: transaction)
        }
    }

    /// Makes the tables that the source has beside its schema, such as the mark of demonstration data.
    private func makeFurtherTables() async throws {
        let known = Set(try await target.read { try TableShape.all(in: $0) }.map(\.name))
        let further = try await source.read { reading in
            try TableShape.all(in: reading).filter { !known.contains($0.name) }.map {
                try $0.definition(in: reading)
            }
        }
        try await change { transaction in
            for definition in further { try transaction.execute("move.make", definition) }
        }
    }

    /// The tables of the source with the columns to be copied. Columns that only the target has get their defaults.
    private func sharedTables() async throws -> [TableShape] {
        let (own, other) = (
            try await source.read { try TableShape.all(in: $0) }, try await target.read { try TableShape.all(in: $0) }
        )
        let known = Dictionary(other.map { ($0.name, Set($0.columns)) }, uniquingKeysWith: { first, _ in first })
        for table in own {
            guard let columns = known[table.name], columns.isSuperset(of: table.columns) else {
                throw DataMoveRefusal(description: "the target has no place for all of \(table.name)")
            }
        }
        return own
    }
}

/// Why nothing is moved, or no further.
public struct DataMoveRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line for the operator.
    public let description: String
}
