/// One thing that was done for a request or a job, from when to when: a span of OpenTelemetry.
///
/// Its names and attributes are names of the program, numbers and hosts: no path, query, header, body or SQL value.
public struct TraceSpan: Sendable, Equatable {
    /// On which side of a call it stands; the numbers are those of OTLP.
    public enum Kind: Int, Sendable {
        /// Work within the process (`INTERNAL`).
        case inner = 1
        /// Somebody's request that was answered.
        case server
        /// A call that was made.
        case client
        /// Work that was handed to somebody for later.
        case producer
        /// Such work, done.
        case consumer
    }

    /// Which span of which trace.
    public let context: TraceContext
    /// The span that made it necessary; nil for the first of a trace.
    public let parent: UInt64?
    /// On which side of a call.
    public let kind: Kind
    /// What was done, one of few names.
    public let name: String
    /// Nanoseconds since 1970.
    public let start: Int64
    /// Nanoseconds since 1970.
    public let end: Int64
    /// More about it.
    public let attributes: [SpanAttribute]
    /// Spans elsewhere that it comes from.
    public let links: [TraceContext]
    /// Whether it failed.
    public let isFailed: Bool

    /// A span that has ended.
    public init(
        _ context: TraceContext, parent: UInt64? = nil, kind: Kind, name: String, start: Int64, end: Int64,
        attributes: [SpanAttribute] = [], links: [TraceContext] = [], isFailed: Bool = false
    ) {
        self.context = context
        self.parent = parent
        self.kind = kind
        self.name = name
        self.start = start
        self.end = max(start, end)
        self.attributes = attributes
        self.links = links
        self.isFailed = isFailed
    }

    /// Whether its parent, where it has one, is a span of another piece of work.
    var hasRemoteParent: Bool { kind == .server || kind == .consumer }
}

/// Something that is known of a span, by a name of OpenTelemetry's semantic conventions or one that begins with `portico.`.
public struct SpanAttribute: Sendable, Equatable {
    enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int64)
    }

    /// Its name.
    public let key: String
    let value: Value

    /// A text.
    public init(_ key: String, _ text: String) {
        self.key = key
        value = .text(text)
    }

    /// A number.
    public init(_ key: String, _ number: Int) {
        self.key = key
        value = .integer(Int64(number))
    }
}
