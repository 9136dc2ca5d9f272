/// How far a checkpoint goes. The numbers are SQLite's.
enum CheckpointMode: Int32 {
    /// As far as it goes without waiting for anyone.
    case passive = 0
    /// Waits for readers, so that the log starts anew.
    case restart = 2
    /// As `restart`, and cuts the log's file to nothing.
    case truncate = 3
}

/// When the log is copied into the file: by the writer, between two groups, when nobody waits for a commit.
///
/// Copying goes as far as the oldest reader allows, and the log starts anew only when no reader uses it. Under steady
/// short reads that moment may never come by itself; when the log has grown to ``patientFactor`` times its usual size
/// the writer waits a little for it. A reader that stays longer than that makes the log grow until it is done.
struct CheckpointPlan {
    /// At how many times the usual size the writer waits for readers.
    static let patientFactor = 8
    /// How long it then waits, in milliseconds.
    static let patience: Int32 = 100
    private var next = 0

    /// What to do when the log holds `size` pages and `pages` is its usual size.
    mutating func due(_ size: Int, pages: Int) -> CheckpointMode? {
        if size < pages { next = pages }
        guard size >= max(next, pages) else { return nil }
        let isPatient = size >= pages * Self.patientFactor
        next = size + (isPatient ? pages * Self.patientFactor : pages)
        return isPatient ? .restart : .passive
    }

    /// Copies the log when it is time. A checkpoint that readers prevent is tried again when the log has grown.
    /// - Returns: whether it was time and readers did not prevent it.
    mutating func afterCommit(on connection: SQLiteConnection, pages: Int) -> Bool {
        guard let mode = due(connection.logPages, pages: pages) else { return false }
        do {
            try connection.checkpoint(mode, patience: Self.patience)
            return true
        } catch {
            return false
        }
    }
}
