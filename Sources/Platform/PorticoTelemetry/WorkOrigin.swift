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
        self.traceparent = traceparent.flatMap(WorkOrigin.sane) ?? WorkOrigin.named(after: requestID)
    }

    /// The trace's id: 32 hex digits.
    public var traceID: String { String(traceparent.dropFirst(3).prefix(32)) }

    /// What log lines about the work carry.
    public var metadata: Logger.Metadata { ["request.id": "\(requestID)", "trace.id": "\(traceID)"] }

    /// A `traceparent` in its first version, or nil when it is none. What later versions append is left out.
    private static func sane(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 55 || bytes.count > 55 && bytes[55] == dash && !text.hasPrefix("00") else { return nil }
        let fields = bytes[..<55].split(separator: dash, omittingEmptySubsequences: false)
        guard fields.map(\.count) == [2, 32, 16, 2], fields.allSatisfy({ $0.allSatisfy(isHexadecimal) }) else {
            return nil
        }
        guard !fields[0].elementsEqual("ff".utf8), !isNothing(fields[1]), !isNothing(fields[2]) else { return nil }
        return "00" + String(decoding: bytes[2..<55], as: UTF8.self)
    }

    /// Nothing is recorded of such a trace but log lines, which its flags say.
    private static func named(after requestID: String) -> String {
        let digits = Array(requestID.utf8)
        let isTrace =
            digits.count == 32 && digits.allSatisfy(isHexadecimal) && !isNothing(digits[...])
            && !isNothing(digits[16...])
        let trace = isTrace ? requestID : Digest.sha256(digits).prefix(16).hexadecimal
        return "00-\(trace)-\(trace.suffix(16))-00"
    }

    private static let dash = UInt8(ascii: "-")

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func isNothing(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.allSatisfy { $0 == 0x30 }
    }
}
