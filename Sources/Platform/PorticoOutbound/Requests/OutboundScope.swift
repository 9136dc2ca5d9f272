import PorticoValues

/// What a caller hands down to the calls it makes, through any number of functions.
public enum OutboundScope {
    /// When the caller itself must be done: monotonic nanoseconds. Calls end by then.
    @TaskLocal public static var deadline: Int64?
    /// The trace that calls belong to: a `traceparent` of W3C Trace Context.
    @TaskLocal public static var traceparent: String?

    /// Runs `body` with a deadline `span` from now, or the one already in force where that comes earlier.
    public static func within<Value>(_ span: Span, _ body: () async throws -> Value) async rethrows -> Value {
        let end = monotonicNanoseconds() + max(0, span.milliseconds) * 1_000_000
        return try await $deadline.withValue(min(end, deadline ?? end), operation: body)
    }

    /// The end of a call that begins now and may take `span`.
    static func end(of span: Span) -> Int64 {
        let end = monotonicNanoseconds() + max(0, span.milliseconds) * 1_000_000
        return min(end, deadline ?? end)
    }
}
