import Logging
import PorticoValues

/// Writes one JSON object per event: for collectors and files.
public typealias JSONLogHandler = LineLogHandler<JSONLogFormat>
/// Writes one plain line per event: for people at a terminal.
public typealias ConsoleLogHandler = LineLogHandler<ConsoleLogFormat>

/// What all handlers of a process share.
public struct LogConfiguration: Sendable {
    /// Where lines go.
    public var sink: LogSink
    /// The level, which may be changed at run time.
    public var level: LogLevelBox
    /// Which values are masked.
    public var redaction: LogRedaction
    /// The clock that stamps events.
    public var clock: Clock

    /// A configuration; by default everything from `info` up goes to standard error.
    public init(
        sink: LogSink = .standardError, level: LogLevelBox = LogLevelBox(), redaction: LogRedaction = .standard,
        clock: Clock = Clock()
    ) {
        self.sink = sink
        self.level = level
        self.redaction = redaction
        self.clock = clock
    }
}

/// How an event becomes a line.
public protocol LogLineFormat: Sendable {
    /// The event in UTF-8, with exactly one line feed, at the end.
    static func line(for record: LogRecord) -> [UInt8]
}

/// One event, masked and in order, before it is written.
public struct LogRecord: Sendable {
    let time: Instant
    let level: Logger.Level
    let logger: String
    let message: String
    let fields: [LogField]
}

/// A swift-log handler that writes lines of one format to the configured sink.
///
/// Metadata of the logger, of its provider and of the event are merged, in this order of precedence (the last wins).
public struct LineLogHandler<Format: LogLineFormat>: LogHandler {
    /// Metadata of the logger, part of each of its events.
    public var metadata: Logger.Metadata = [:]
    /// Adds metadata from the task that logs.
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let configuration: LogConfiguration
    private var ownLevel: Logger.Level?

    /// A handler for the logger called `label`.
    public init(
        label: String, configuration: LogConfiguration = LogConfiguration(),
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.configuration = configuration
        self.metadataProvider = metadataProvider
    }

    /// The shared level, until this logger is given one of its own.
    public var logLevel: Logger.Level {
        get { ownLevel ?? configuration.level.level }
        set { ownLevel = newValue }
    }

    /// One value of the logger's metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Formats the event and hands the line to the sink.
    public func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() {
            merged.merge(provided) { _, newer in newer }
        }
        if let own = event.metadata {
            merged.merge(own) { _, newer in newer }
        }
        var fields = LogFields(redaction: configuration.redaction)
        fields.add(merged)
        if let error = event.error { fields.add(error) }
        let record = LogRecord(
            time: configuration.clock.now(), level: event.level, logger: label,
            message: event.message.description, fields: fields.sorted)
        configuration.sink.write(
            LogLine(time: record.time, level: record.level, logger: label, bytes: Format.line(for: record)))
    }
}

/// The longest text that is written for one value, in bytes; the rest is cut off and marked with `…`.
let maximumLoggedTextBytes = 8192

/// `text`, cut to what a line may hold.
func loggable(_ text: String) -> String {
    guard text.utf8.count > maximumLoggedTextBytes else { return text }
    let whole = text.utf8.prefix(maximumLoggedTextBytes)
    // Cutting may split a character; its first bytes go as well.
    let end = whole.lastIndex { $0 & 0xC0 != 0x80 } ?? whole.startIndex
    return String(text[..<end]) + "…"
}
