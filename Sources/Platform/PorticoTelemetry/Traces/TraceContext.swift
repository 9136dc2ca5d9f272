import PorticoValues

/// A span among all others: what `traceparent` carries from one service to the next (W3C Trace Context).
public struct TraceContext: Sendable, Hashable {
    /// Id of a trace, in two halves; never all zeros.
    public struct TraceID: Sendable, Hashable {
        /// The first eight bytes.
        public let high: UInt64
        /// The last eight bytes.
        public let low: UInt64

        /// An id; where both halves are zero it is none, and 1 is taken.
        public init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = high | low == 0 ? 1 : low
        }
    }

    /// The trace.
    public let traceID: TraceID
    /// The span; never zero.
    public let spanID: UInt64
    /// Its flags (W3C Trace Context §3.2.2.5.1).
    public let flags: UInt8

    /// The flag of traces that somebody records.
    static let sampled: UInt8 = 1

    /// A span of a trace.
    public init(traceID: TraceID, spanID: UInt64, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        flags = isSampled ? TraceContext.sampled : 0
    }

    /// What a `traceparent` says, or nil when it is none. What versions after the first append is left out.
    public init?(traceparent text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 55 || bytes.count > 55 && bytes[55] == TraceContext.dash && !text.hasPrefix("00"),
            [2, 35, 52].allSatisfy({ bytes[$0] == TraceContext.dash }),
            let version = TraceContext.number(bytes[0..<2]), version != 0xFF,
            let high = TraceContext.number(bytes[3..<19]), let low = TraceContext.number(bytes[19..<35]),
            let span = TraceContext.number(bytes[36..<52]), let flags = TraceContext.number(bytes[53..<55]),
            high | low != 0, span != 0
        else { return nil }
        traceID = TraceID(high: high, low: low)
        spanID = span
        self.flags = UInt8(truncatingIfNeeded: flags)
    }

    /// As it is sent: `00-`, the trace, the span, the flags.
    public var traceparent: String {
        let flags = CollectionOfOne(flags).hexadecimal
        return "00-\(TraceContext.digits(traceID.high))\(TraceContext.digits(traceID.low))-\(spanDigits)-\(flags)"
    }

    /// Whether somebody records the trace.
    public var isSampled: Bool { flags & TraceContext.sampled != 0 }

    /// The span's id: 16 hex digits.
    public var spanDigits: String { TraceContext.digits(spanID) }

    /// Another span of the same trace.
    func with(spanID: UInt64) -> TraceContext {
        TraceContext(traceID: traceID, spanID: spanID, isSampled: isSampled)
    }

    private static let dash = UInt8(ascii: "-")

    private static func digits(_ number: UInt64) -> String {
        withUnsafeBytes(of: number.bigEndian) { $0.hexadecimal }
    }

    /// The number that up to 16 lower-case hex digits stand for.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: number = number << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: number = number << 4 | UInt64(digit - 0x57)
            default: return nil
            }
        }
        return number
    }
}
