import PorticoSQL

/// Seals a column anew with the present key, batch by batch, so that an earlier master secret can be forgotten.
public struct FieldRotation: Sendable {
    /// What a run did.
    public struct Outcome: Sendable, Hashable {
        /// Fields sealed anew.
        public var resealed = 0
        /// Ids of rows whose field opens with none of the keys; they were left as they are.
        public var unreadable: [Int64] = []
    }

    /// Name of the table.
    public let table: String
    /// Name of the column with the sealed bytes, null where there is nothing.
    public let column: String
    /// Name of the column with the row's id, an integer above zero, which is the row of the ``SealedPlace``.
    public let idColumn: String
    /// Rows in one transaction.
    public let batch: Int

    /// A rotation of a column. Names are the program's own, never anybody's input.
    public init(table: StaticString, column: StaticString, idColumn: StaticString = "id", batch: Int = 200) {
        self.table = table.description
        self.column = column.description
        self.idColumn = idColumn.description
        self.batch = batch
    }

    /// Goes through the whole table. May be broken off and begun again.
    /// - Throws: ``SQLError``.
    public func run(_ seal: FieldSeal, in database: Database) async throws -> Outcome {
        var outcome = Outcome()
        var last: Int64? = 0
        while let after = last {
            let step = try await database.write { try renew(after: after, seal, in: $0) }
            outcome.resealed += step.outcome.resealed
            outcome.unreadable += step.outcome.unreadable
            last = step.last
        }
        return outcome
    }

    private struct Step: Sendable {
        var outcome = Outcome()
        /// Where the next one goes on; nil at the end.
        var last: Int64?
    }

    private func renew(after: Int64, _ seal: FieldSeal, in transaction: Transaction) throws -> Step {
        let names = (table: SQL(trusted: table), column: SQL(trusted: column), id: SQL(trusted: idColumn))
        let rows = try transaction.all(
            "fields.unrotated",
            """
            SELECT \(names.id), \(names.column) FROM \(names.table)
            WHERE \(names.id) > \(after) AND \(names.column) IS NOT NULL
            ORDER BY \(names.id) LIMIT \(batch)\(transaction.dialect.forUpdate)
            """
        ) { (id: try Int64.read($0, 0), sealed: try [UInt8].read($0, 1)) }
        var step = Step(last: rows.count == batch ? rows.last?.id : nil)
        for row in rows where !seal.isCurrent(row.sealed) {
            let place = SealedPlace(table: table, column: column, row: String(row.id))
            guard let renewed = seal.reseal(row.sealed, at: place) else {
                step.outcome.unreadable.append(row.id)
                continue
            }
            step.outcome.resealed += try transaction.execute(
                "fields.rotate",
                "UPDATE \(names.table) SET \(names.column) = \(renewed) WHERE \(names.id) = \(row.id)")
        }
        return step
    }
}
