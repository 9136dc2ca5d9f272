import PorticoSQL
import PorticoValues
import Synchronization

/// Where the primary's log is now and was before.
final class PrimaryLog: Sendable {
    private let question: SharedQuestion<LogPosition>
    private let kept: Kept

    private final class Kept: Sendable {
        let history: Mutex<PositionHistory>

        init(_ history: PositionHistory) {
            self.history = Mutex(history)
        }
    }

    /// - Parameters:
    ///   - span: nanoseconds that are remembered.
    ///   - position: asks the primary where it will write next.
    init(remembering span: Int64, _ position: @escaping @Sendable () async throws -> LogPosition) {
        let kept = Kept(PositionHistory(span: span))
        self.kept = kept
        question = SharedQuestion {
            let begunAt = monotonicNanoseconds()
            let position = try await position()
            kept.history.withLock { $0.add(position, begunAt: begunAt) }
            return position
        }
    }

    /// A position behind everything that was committed before the call. All who ask at once share one statement.
    /// - Throws: ``SQLError``.
    func present() async throws -> LogPosition {
        try await question.answer()
    }

    /// Where it was.
    var history: PositionHistory { kept.history.withLock { $0 } }
}
