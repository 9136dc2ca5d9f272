import Logging
import PorticoValues

/// The request that work comes from, and the trace it belongs to (W3C Trace Context). What is done later carries it along, so
/// that its log lines are found by the id of the request that made it necessary.
public struct WorkOrigin: Sendable, Hashable {
    /// Id of the request.
    public let requestID: String
    /// `00-`, the trace's id, the id of the caller's span, and the flags: what a call on behalf of the work carries.
    public let traceparent: String

    /// The origin of work.
    /// - Parameter traceparent: as the caller sent it. Where it sent none, or none that can be read, the trace is named
    ///   after the request: by its id when that has 32 hex digits, else by its digest.
    public init(requestID: String, traceparent: String? = nil) {
        self.requestID = requestID
        let sent = traceparent.flatMap { TraceContext(traceparent: $0) }
        self.traceparent = sent?.traceparent ?? WorkOrigin.named(after: requestID)
    }

    /// The trace's id: 32 hex digits.
    public var traceID: String { String(traceparent.dropFirst(3).prefix(32)) }

    /// What log lines about the work carry.
    public var metadata: Logger.Metadata { ["request.id": "\(requestID)", "trace.id": "\(traceID)"] }

    /// Without a tracer nothing is recorded of such a trace but log lines, which its flags say.
    private static func named(after requestID: String) -> String {
        let digits = Array(requestID.utf8)
        let isTrace =
            digits.count == 32 && digits.allSatisfy(isHexadecimal) && !isNothing(digits[...])
            && !isNothing(digits[16...])
        let trace = isTrace ? requestID : Digest.sha256(digits).prefix(16).hexadecimal
        return "00-\(trace)-\(trace.suffix(16))-00"
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func isNothing(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.allSatisfy { $0 == 0x30 }
    }
}
