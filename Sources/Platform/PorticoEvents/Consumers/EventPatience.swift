import PorticoSQL
import PorticoValues

/// How often an event is tried whose handling fails, before somebody must look at it.
public struct EventPatience: Sendable, Hashable {
    /// Tries in all; after the last the event is a dead letter.
    public var tries: Int
    /// The wait before the second try; it doubles with each further one.
    public var firstWait: Span
    /// The longest wait between tries.
    public var longestWait: Span
    /// Events a consumer may have put aside. With more it waits instead: then not an event is wrong but its handler.
    public var mostParked: Int

    /// Patience; eight tries from a second to five minutes apart, a thousand events put aside.
    public init(
        tries: Int = 8, firstWait: Span = .seconds(1), longestWait: Span = .minutes(5), mostParked: Int = 1000
    ) {
        self.tries = max(1, tries)
        self.firstWait = max(firstWait, .milliseconds(0))
        self.longestWait = max(longestWait, self.firstWait)
        self.mostParked = max(1, mostParked)
    }

    /// The wait after try `tried`, counted from 1, or nil when it was the last.
    func wait(after tried: Int) -> Span? {
        guard tried < tries else { return nil }
        let (length, overflow) = firstWait.milliseconds.multipliedReportingOverflow(by: 1 << Int64(min(tried - 1, 40)))
        return overflow ? longestWait : min(.milliseconds(length), longestWait)
    }

    /// Whether an error is the handler's, as opposed to the database being away or the process ending.
    static func isFault(_ error: any Error) -> Bool {
        if error is CancellationError || error is EventConsumerHalted { return false }
        guard let error = error as? SQLError else { return true }
        let circumstances: [SQLError.Code] = [.commitUnknown, .diskFull, .corrupt, .readOnly, .cancelled, .migration]
        return !error.isTransient && !circumstances.contains(error.code)
    }
}

/// A consumer has put as many events aside as it may, and goes on when somebody has looked at them.
public struct EventConsumerHalted: Error, Sendable, Hashable, CustomStringConvertible {
    /// The consumer.
    public let consumer: String
    /// One sentence.
    public var description: String { "\(consumer) has put too many events aside and waits" }
}
