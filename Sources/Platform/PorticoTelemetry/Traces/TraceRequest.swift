/// Spans as OTLP sends them: an `ExportTraceServiceRequest` of opentelemetry-proto 1.x in the wire format of Protocol
/// Buffers. The numbers are those of its fields.
struct TraceRequest {
    /// What the spans come from: `service.name` and the like.
    let resource: [SpanAttribute]
    /// Version of the program.
    let version: String

    /// Versions of the conventions that names follow.
    private static let schema = "https://opentelemetry.io/schemas/1.37.0"
    private static let scope = "portico"

    /// The body of a request.
    func bytes(_ spans: some Sequence<TraceSpan>) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { group in
            group.message(1) { TraceRequest.write(resource, as: 1, to: &$0) }
            group.message(2) { scoped in
                scoped.message(1) {
                    $0.text(1, TraceRequest.scope)
                    $0.text(2, version)
                }
                for span in spans { scoped.message(2) { TraceRequest.write(span, to: &$0) } }
                scoped.text(3, TraceRequest.schema)
            }
        }
        return writer.bytes
    }

    private static func write(_ span: TraceSpan, to writer: inout ProtobufWriter) {
        let context = span.context
        writer.id(1, context.traceID.high, context.traceID.low)
        writer.id(2, context.spanID)
        if let parent = span.parent { writer.id(4, parent) }
        writer.text(5, span.name)
        writer.varint(6, UInt64(span.kind.rawValue))
        writer.fixed64(7, UInt64(clamping: span.start))
        writer.fixed64(8, UInt64(clamping: span.end))
        write(span.attributes, as: 9, to: &writer)
        for link in span.links {
            writer.message(13) {
                $0.id(1, link.traceID.high, link.traceID.low)
                $0.id(2, link.spanID)
                $0.fixed32(6, flags(link, isRemote: true))
            }
        }
        // A span that did not fail has no status: only whoever is asked may call it well.
        if span.isFailed { writer.message(15) { $0.varint(3, 2) } }
        writer.fixed32(16, flags(context, isRemote: span.parent != nil && span.hasRemoteParent))
    }

    private static func write(_ attributes: [SpanAttribute], as field: Int, to writer: inout ProtobufWriter) {
        for attribute in attributes {
            writer.message(field) { pair in
                pair.text(1, attribute.key)
                pair.message(2) { value in
                    switch attribute.value {
                    case .text(let text): value.text(1, text)
                    case .integer(let number): value.varint(3, UInt64(bitPattern: number))
                    }
                }
            }
        }
    }

    /// The flags of the trace, and whether the parent, or what is linked, is known to be elsewhere (`SpanFlags`).
    private static func flags(_ context: TraceContext, isRemote: Bool) -> UInt32 {
        UInt32(context.flags) | 0x100 | (isRemote ? 0x200 : 0)
    }
}
