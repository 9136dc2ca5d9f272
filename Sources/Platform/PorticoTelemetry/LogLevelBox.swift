import Logging
import Synchronization

/// A log level that many handlers share and that may be changed while they run.
public final class LogLevelBox: Sendable {
    private let index: Atomic<Int>

    /// A box that starts at `level`.
    public init(_ level: Logger.Level = .info) {
        index = Atomic(LogLevelBox.position(of: level))
    }

    /// The present level; setting it takes effect with the next event of every handler that holds the box.
    public var level: Logger.Level {
        get { Logger.Level.allCases[index.load(ordering: .relaxed)] }
        set { index.store(LogLevelBox.position(of: newValue), ordering: .relaxed) }
    }

    private static func position(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}
