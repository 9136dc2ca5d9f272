import PorticoTelemetry
import Synchronization

/// Takes the spans of work that is kept.
final class SpanBox: Sendable {
    private let pieces = Mutex<[[TraceSpan]]>([])

    /// The spans of each piece of work, its own first.
    var kept: [[TraceSpan]] { pieces.withLock(\.self) }

    func tracer(perThousand: Int = 1000, slowMilliseconds: Int64 = 1000) -> Tracer {
        Tracer(Tracer.Configuration(perThousand: perThousand, slowMilliseconds: slowMilliseconds)) { [self] spans in
            pieces.withLock { $0.append(spans) }
        }
    }
}
