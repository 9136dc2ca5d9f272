import PorticoSQL

extension SQLiteEngine {
    /// How the file and its log stand. One statement.
    public func examine(_ reading: Reading) throws -> DatabaseExamination {
        let pages = try reading.first(
            "database.pages",
            """
            SELECT p.page_count, f.freelist_count, s.page_size
            FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s
            """
        ) { row in
            (count: try row[0] as Int64, free: try row[1] as Int64, size: try row[2] as Int64)
        }
        return DatabaseExamination(
            findings: (pages.map { [fileFinding(count: $0.count, free: $0.free, size: $0.size)] } ?? []) + [logFinding])
    }

    /// Pages that deleted rows have left are used again; a file that is mostly such pages wastes disk and backups.
    private func fileFinding(count: Int64, free: Int64, size: Int64) -> DatabaseFinding {
        let (bytes, unused) = (DatabaseFinding.bytes(count * size), DatabaseFinding.bytes(free * size))
        let isWasteful = free * size > 64 << 20 && free * 2 > count
        return DatabaseFinding(
            "File", "\(bytes), \(unused) of it free", isFine: !isWasteful,
            advice: isWasteful
                ? "More than half of it is empty: VACUUM while the node is stopped makes it smaller." : "")
    }

    private var logFinding: DatabaseFinding {
        let copied = figures.secondsSinceCopy.map { "copied into the file \(DatabaseFinding.length(seconds: $0)) ago" }
        let usual = Int64(configuration.checkpointPages) * 4096
        // The writer waits for readers from this size on; a log twice as long has a reader that does not end.
        let isHeld = logBytes > usual * Int64(CheckpointPlan.patientFactor) * 2
        let rest =
            "It is copied when it has grown to \(DatabaseFinding.bytes(usual)); on disk it takes "
            + "\(DatabaseFinding.bytes(DatabaseFile.size(configuration.path + "-wal")))."
        return DatabaseFinding(
            "Write-ahead log",
            "\(DatabaseFinding.bytes(logBytes)) in use, \(copied ?? "not copied since the start")", isFine: !isHeld,
            advice: isHeld ? "A long read holds an old state and keeps the log from starting anew. \(rest)" : rest)
    }
}
