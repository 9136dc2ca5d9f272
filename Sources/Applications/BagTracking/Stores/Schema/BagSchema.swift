import Portico

/// The tables of bag tracking. Accounts, audit, jobs and the outbox are the platform's and are migrated before.
///
/// Times are milliseconds since the epoch, flags 0 or 1, weights whole grams.
enum BagSchema {
    /// All steps, in order.
    static let component = SchemaComponent(
        name: "bags",
        migrations: [
            Migration(1, "areas and product types") { catalog($0) + seeds($0) },
            Migration(2, "bills") { bills($0) },
            Migration(3, "sacks and bags") { bags($0) + ssccAssignments($0) },
            Migration(4, "scans") { scans($0) },
            Migration(5, "custody events") { custody($0) },
            Migration(6, "counters") { counters($0) },
            Migration(7, "people") { people($0) },
            Migration(8, "searches answered by their index") { coveringCodes($0) },
            Migration(9, "bill events and gate checks") { gate($0) + billPositions($0) },
            Migration(10, "return tickets") { returns($0) },
            Migration(11, "daily summaries") { summaries($0) },
            Migration(12, "files to import, imports and their errors") { imports($0) },
            Migration(13, "custody events beside packing have an index of their own") { _ in custodyBesidePacking },
            Migration(14, "versions of figures found at once") { counterVersions($0) },
            Migration(15, "codes that begin alike, newest first") { codeStems($0) },
            Migration(16, "alarms told once, and the ways to what a ticket or a sack saw") { alarms($0) },
            Migration(17, "returned sacks know that they were billed since") { billedSince($0) },
            Migration(18, "sacks on hold have an index of their own") { _ in sacksOnHold },
            Migration(19, "sacks have an index of codes of their own") { sackCodes($0) },
            Migration(20, "exports that run, over all nodes") { exportPlaces($0) },
            Migration(21, "scans that came late found at once") { _ in lateScans },
            Migration(22, "scans that came late found by their own index only") { _ in lateScansByExpression },
            Migration(23, "uncommon scans and sacks on bills found at once") { _ in uncommonScans + sacksOnBills },
            Migration(24, "what a client of the live stream missed is found by its area") { _ in eventsByKey },
            Migration(25, "scans that were undone or came late listed at once") { _ in markedScans },
            Migration(26, "findings at the gate know what was scanned") { scannedFindings($0) },
            Migration(27, "keys of bill codes know how they were made") { keyVersions($0) },
        ])

    /// Ends a `CREATE TABLE` whose rows are found by their key only: SQLite then keeps them inside its index.
    static func keyed(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite: "STRICT, WITHOUT ROWID"
        case .postgresql: ""
        }
    }
}
