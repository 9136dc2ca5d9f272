import PorticoJobs
import PorticoPages
import PorticoSQL

/// How much room the table of jobs takes, and whether its indexes have grown far beyond what they hold.
struct JobRoomBlock: PageComponent {
    let room: TableRoom
    /// Whether an index is to be built anew.
    let isBloated: @Sendable (TableRoom.Index) -> Bool

    private static let shown = 5

    var html: HTML {
        let share = room.live + room.dead > 0 ? room.dead * 100 / (room.live + room.dead) : 0
        let facts = DefinitionList([
            "Rows": "\(DatabaseFinding.bytes(room.bytes)), about \(GroupedNumber(Int(clamping: room.live)))",
            "To be cleared away": "about \(GroupedNumber(Int(clamping: room.dead))) rows, \(share) % of all",
            "Indexes": "\(DatabaseFinding.bytes(room.indexBytes))",
        ])
        let columns: [DataTable.Column] = [
            .init("Index"), .init("Size", .number), .init("Rows in it", .number), .init("State"),
        ]
        let table = DataTable(
            caption: "The largest indexes of the queue", columns: columns,
            rows: room.indexes.prefix(JobRoomBlock.shown).map(line))
        return """
            <section class="block" aria-labelledby="room-title"><h2 id="room-title">Room on disk</h2>\(facts)\(table.framed)\
            <p class="note">As the database server estimates it. What has grown too large is built anew by the schedule \
            <span class="code">jobs.care</span>.</p></section>
            """
    }

    private func line(_ index: TableRoom.Index) -> DataTable.Row {
        let state =
            index.hasRemains
            ? Badge("Half built anew", tone: .warn, icon: .warning)
            : isBloated(index)
                ? Badge("Too large", tone: .warn, icon: .warning) : Badge("Fine", tone: .good, icon: .check)
        let entries: HTML = index.entries.map { "\(GroupedNumber(Int(clamping: $0)))" } ?? "not counted yet"
        return DataTable.Row([
            "<span class=\"code\">\(index.name)</span>", "\(DatabaseFinding.bytes(index.bytes))", entries, state.html,
        ])
    }
}

extension JobConsolePages {
    /// Nil where the engine keeps no statistics.
    func roomBlock() async throws -> JobRoomBlock? {
        let care = JobIndexGuard(database: console.database)
        return try await care.room().map { JobRoomBlock(room: $0, isBloated: { care.isBloated($0) }) }
    }
}
