import PorticoValues

/// Why a call brought no answer. Descriptions name the origin at most: no path, no query, no header, no body.
public struct OutboundError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure, which are also the label of metrics.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidURL = "invalid_url"
            case invalidRequest = "invalid_request"
            case refusedDestination = "refused_destination"
            case unresolved, unreachable, insecure, timeout, broken
            case tooLarge = "too_large"
            case tooManyRedirects = "too_many_redirects"
            case circuitOpen = "circuit_open"
            case busy, closed
        }
        private let kind: Kind

        /// The address can't be called at all.
        public static let invalidURL = Code(kind: .invalidURL)
        /// A method or a header field that can't be sent.
        public static let invalidRequest = Code(kind: .invalidRequest)
        /// The destination's policy does not permit the address, or what its name resolves to.
        public static let refusedDestination = Code(kind: .refusedDestination)
        /// Nobody knows the host's name.
        public static let unresolved = Code(kind: .unresolved)
        /// No connection came about.
        public static let unreachable = Code(kind: .unreachable)
        /// The other side could not prove who it is, or speaks no usable TLS.
        public static let insecure = Code(kind: .insecure)
        /// It took longer than it may, or than the caller has.
        public static let timeout = Code(kind: .timeout)
        /// The connection ended or the answer was no HTTP.
        public static let broken = Code(kind: .broken)
        /// The answer's body is larger than the request allows.
        public static let tooLarge = Code(kind: .tooLarge)
        /// More redirects than the request allows.
        public static let tooManyRedirects = Code(kind: .tooManyRedirects)
        /// The destination failed too often of late and was not called.
        public static let circuitOpen = Code(kind: .circuitOpen)
        /// As many calls to the destination are under way as may; it was not called.
        public static let busy = Code(kind: .busy)
        /// The client has been shut down.
        public static let closed = Code(kind: .closed)

        /// The name in metrics and records, `snake_case`.
        public var description: String { kind.rawValue }

        /// Whether the other side may have seen the request.
        var mayHaveArrived: Bool { [.timeout, .broken, .tooLarge, .tooManyRedirects].contains(self) }
        /// Whether it speaks against the other side's health.
        var countsAgainstDestination: Bool {
            [.unresolved, .unreachable, .insecure, .timeout, .broken].contains(self)
        }
        /// Whether another try may bring something else.
        var isWorthRetrying: Bool { [.unresolved, .unreachable, .timeout, .broken].contains(self) }
    }

    /// The kind of failure.
    public let code: Code
    /// Whom it concerns: scheme, host and port; nil where no address could be read.
    public internal(set) var origin: String?
    /// More in words, without anything of the request.
    public let detail: String
    /// When it may be tried again, where that is known.
    public let retryAfter: Span?

    /// A failure.
    public init(_ code: Code, origin: String? = nil, detail: String = "", retryAfter: Span? = nil) {
        self.code = code
        self.origin = origin
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// Whether the other side may have acted upon the request.
    public var mayHaveArrived: Bool { code.mayHaveArrived }

    /// `unreachable https://example.org:443: …`.
    public var description: String {
        "\(code)\(origin.map { " \($0)" } ?? "")\(detail.isEmpty ? "" : ": \(detail)")"
    }
}
