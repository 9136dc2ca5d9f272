import CSQLite
import PorticoSQL

extension SQLiteEngine {
    /// Writes a copy of the database, as it is at one moment, to a new file. Reads and writes go on meanwhile.
    ///
    /// The copy is whole in itself: it needs no log beside it.
    /// - Throws: ``SQLError``, also when there is a file at `path`; a copy that fails leaves none.
    public func copy(to path: String) async throws {
        guard DatabaseFile.size(path) == 0 else {
            throw SQLError(.other, message: "there is a file at \(path) already")
        }
        try DatabaseFile.prepare(path)
        do {
            try await withConnection(of: longReaders) { source in
                let target = try SQLiteConnection(path: path, isReadOnly: false, statementCapacity: 4)
                try source.copy(into: target)
            }
        } catch {
            DatabaseFile.remove(path)
            throw error
        }
    }
}

extension SQLiteConnection {
    /// Copies all pages in one step, and so from one snapshot (https://www.sqlite.org/backup.html).
    fileprivate func copy(into target: SQLiteConnection) throws {
        let status = withHandle { source in
            target.withHandle { target in
                guard let backup = sqlite3_backup_init(target, "main", source, "main") else {
                    return sqlite3_errcode(target)
                }
                let status = sqlite3_backup_step(backup, -1)
                let end = sqlite3_backup_finish(backup)
                return status == SQLITE_DONE ? end : status
            }
        }
        guard status == SQLITE_OK else { throw target.failure(status) }
        // The pages say that there is a log; a copy is handed around without one.
        try target.runScript("PRAGMA journal_mode = DELETE")
    }
}
