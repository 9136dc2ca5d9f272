import Portico

/// Writes the rows of an export from one snapshot, piece by piece.
struct ExportRun<Query: ExportQuery>: Sendable {
    /// Rows between two looks at whether anybody still waits.
    private static var window: Int { 10_000 }
    /// Bytes of a piece.
    private static var piece: Int { 1 << 16 }

    let query: Query
    let format: TableFormat
    let metrics: BagMetrics

    /// Writes everything to `emit`, which throws when nobody waits any more.
    /// - Throws: ``SQLError``, ``TableError``.
    func write(_ reading: Reading, _ emit: ([UInt8]) throws -> Void) throws {
        let columns = query.name.columns
        switch format {
        case .ndjson:
            var writer = NDJSONWriter(columns: columns)
            try write(reading, to: &writer, emit)
        case .csv:
            var writer = CSVWriter(columns: columns)
            try write(reading, to: &writer, emit)
        case .xlsx:
            var writer = try XLSXWriter(name: query.name.rawValue, columns: columns)
            try write(reading, to: &writer, emit)
        }
    }

    private func write<Writer: TableWriter & ~Copyable>(
        _ reading: Reading, to writer: inout Writer, _ emit: ([UInt8]) throws -> Void
    ) throws {
        var after = Int64.min
        while let through = try end(of: after, reading) {
            let places = try places(reading, after: after, through: through)
            var rows = 0
            try reading.each("exports.\(query.name.rawValue)", query.statement(after: after, through: through)) { row in
                try query.write(row, places, to: &writer)
                try writer.endRow()
                rows += 1
                if writer.waiting >= ExportRun.piece { try emit(writer.take()) }
            }
            metrics.exported(query.name, format, rows: rows)
            // Where the filter lets little through, an empty piece asks whether anybody is still there.
            try emit([])
            after = through
        }
        try writer.finish()
        try emit(writer.take())
    }

    /// The last id of the window that follows an id; nil at the end.
    private func end(of after: Int64, _ reading: Reading) throws -> Int64? {
        let table = SQL(trusted: query.name.rawValue)
        return try reading.scalar(
            "exports.window",
            """
            SELECT max(id) FROM (
                SELECT id FROM \(table) WHERE id > \(after) ORDER BY id LIMIT \(ExportRun.window)) AS next
            """, as: Int64?.self) ?? nil
    }

    private func places(_ reading: Reading, after: Int64, through: Int64) throws -> [Int64: ExportPlace] {
        guard let statement = query.places(after: after, through: through) else { return [:] }
        var places: [Int64: ExportPlace] = [:]
        try reading.each("exports.places", statement) { row in places[try row[0]] = try ExportPlace(row) }
        return places
    }
}
