import Synchronization

/// What a move tells while it runs.
public enum DataMoveNews: Sendable, Hashable {
    /// It goes on with one that was broken off.
    case goesOn(DataMoveResumption)
    /// How far it is.
    case progress(DataMoveProgress)
    /// A table has been compared.
    case compared(DataMove.Table)
}

/// What an earlier run has left.
public struct DataMoveResumption: Sendable, Hashable {
    /// When the first run began.
    public let begunAt: Instant
    /// Tables that are there to their last row.
    public let tables: Int
    /// Rows that are there.
    public let rows: Int
}

/// How far a move is in the stage at hand.
public struct DataMoveProgress: Sendable, Hashable {
    /// What is done, in this order.
    public enum Stage: String, Sendable, Hashable {
        /// Rows that came earlier are looked at again in the source.
        case checking
        /// Rows are copied.
        case copying
        /// Foreign keys are made, and statistics; counts foreign keys.
        case linking
        /// Rows are read on both sides and compared; each counts twice.
        case comparing
    }

    /// What is done.
    public internal(set) var stage: Stage
    /// The table at hand; empty before the first.
    public internal(set) var table = ""
    /// Which of the tables it is, from 1; 0 where they have no order.
    public internal(set) var place = 0
    /// How many tables there are.
    public internal(set) var tables: Int
    /// How much is done, also by earlier runs.
    public internal(set) var done: Int
    /// How much there is.
    public internal(set) var total: Int

    init(stage: Stage, tables: Int, done: Int, total: Int) {
        self.stage = stage
        self.tables = tables
        self.done = done
        self.total = total
    }
}

/// Adds up what is done and tells of it.
final class MoveTeller: Sendable {
    private let progress: Mutex<DataMoveProgress>
    private let tell: @Sendable (DataMoveNews) -> Void

    init(_ tell: @escaping @Sendable (DataMoveNews) -> Void) {
        self.tell = tell
        progress = Mutex(DataMoveProgress(stage: .checking, tables: 0, done: 0, total: 0))
    }

    func goesOn(_ resumption: DataMoveResumption) {
        tell(.goesOn(resumption))
    }

    func begin(_ stage: DataMoveProgress.Stage, tables: Int, done: Int, of total: Int) {
        change { $0 = DataMoveProgress(stage: stage, tables: tables, done: done, total: total) }
    }

    func enter(_ table: String, place: Int) {
        change {
            $0.table = table
            $0.place = place
        }
    }

    func add(_ count: Int) {
        guard count > 0 else { return }
        change { $0.done += count }
    }

    func compared(_ table: DataMove.Table) {
        tell(.compared(table))
    }

    private func change(_ body: (inout DataMoveProgress) -> Void) {
        let now = progress.withLock { progress in
            body(&progress)
            return progress
        }
        tell(.progress(now))
    }
}
