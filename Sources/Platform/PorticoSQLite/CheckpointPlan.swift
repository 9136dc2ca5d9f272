/// How far a checkpoint goes. The numbers are SQLite's.
enum CheckpointMode: Int32 {
    /// As far as it goes without waiting for anyone.
    case passive = 0
    /// Waits for readers, so that the log starts anew.
    case restart = 2
    /// As `restart`, and cuts the log's file to nothing.
    case truncate = 3
}

/// When the log is copied into the file, and by whom.
///
/// Copying takes as long as the disk needs for pages that lie anywhere, and whoever waits for a commit must not wait for that
/// too: the ``Checkpointer`` does it beside the writer. What came to the log meanwhile the writer copies between two groups
/// when it is little, because only a log that is copied whole starts anew, and only when no reader uses it. Under steady
/// short reads that moment may never come by itself; when the log has grown to ``patientFactor`` times its usual size
/// the writer waits a little for it. A reader that stays longer than that makes the log grow until it is done.
struct CheckpointPlan {
    /// What is to be done.
    enum Step: Equatable {
        /// The checkpointer copies, while commits go on.
        case ask
        /// The writer copies what is left.
        case finish
        /// The writer copies, and waits for readers.
        case restart
    }

    /// At how many times the usual size the writer waits for readers.
    static let patientFactor = 8
    /// At how many times the usual size the writer copies although much is left: more comes than is copied beside it.
    static let crowdedFactor = 4
    /// Which part of the usual size is little enough to be copied by the writer.
    static let remainder = 8
    /// How long it waits for readers, in milliseconds.
    static let patience: Int32 = 100
    private var next = 0

    /// What to do when the log holds `size` pages and `pages` is its usual size.
    /// - Parameter copied: how many the checkpointer has copied since it was asked; nil while it has not done so.
    mutating func due(_ size: Int, pages: Int, copied: Int?) -> Step? {
        guard size >= pages else {
            next = pages
            return nil
        }
        let isDue = size >= max(next, pages)
        guard isDue || copied != nil else { return nil }
        if isDue, size >= pages * Self.patientFactor {
            next = size + pages * Self.patientFactor
            return .restart
        }
        next = size + pages
        if isDue, size >= pages * Self.crowdedFactor { return .finish }
        guard let copied else { return .ask }
        return size - copied <= pages / Self.remainder ? .finish : .ask
    }
}
