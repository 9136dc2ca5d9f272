import Logging
import PorticoValues

/// One event as it leaves a handler: the finished line, and what a console filters by.
public struct LogLine: Sendable, Equatable {
    /// When the event happened.
    public let time: Instant
    /// How grave it is.
    public let level: Logger.Level
    /// The label of the logger it came from.
    public let logger: String
    /// The line in UTF-8, with its line feed.
    public let bytes: [UInt8]

    /// The line as text, without its line feed.
    public var text: String {
        String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self)
    }
}
