import PorticoValues

/// A call to somebody else's service.
public struct OutboundRequest: Sendable {
    /// A header field.
    public typealias Field = (name: String, value: String)

    /// The method's token: `GET`, `POST`, ….
    public var method: String
    /// Whom to call.
    public var url: OutboundURL
    /// Header fields. `Host` and what frames the body are set by the client.
    public var headers: [Field]
    /// The body; empty for none.
    public var body: [UInt8]
    /// The longest it may take in all, retries and redirects included. The caller's own deadline counts as well.
    public var timeout: Span
    /// Whether it may be made twice without harm; only then it is retried, and shares connections with others.
    public var isIdempotent: Bool
    /// The most bytes the answer's body may have.
    public var bodyLimit: Int
    /// Whether a larger body is cut instead of refused.
    public var cutsBody: Bool
    /// How many redirects are followed, each checked like the first address.
    public var redirects: Int
    /// Whether it came from a redirect.
    var isFollowing = false

    /// A request; half a minute, answers of a mebibyte, no redirects. GET, HEAD, OPTIONS, PUT and DELETE are idempotent
    /// (RFC 9110 §9.2.2).
    public init(
        _ method: String = "GET", _ url: OutboundURL, headers: [Field] = [], body: [UInt8] = [],
        timeout: Span = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.isIdempotent = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"].contains(method)
        self.bodyLimit = 1 << 20
        self.cutsBody = false
        self.redirects = 0
    }

    /// Whether a field was given.
    func has(_ name: String) -> Bool {
        headers.contains { $0.name.lowercased() == name }
    }

    /// What can't be sent, or nil.
    var flaw: String? {
        let isMethod = (1...20).contains(method.utf8.count) && method.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        guard isMethod else { return "a method has capital letters" }
        for field in headers {
            guard OutboundRequest.isToken(field.name) else { return "a field has no usable name" }
            guard !OutboundRequest.own.contains(field.name.lowercased()) else {
                return "\(field.name) is not for callers"
            }
            let isText = field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
            guard isText else { return "the value of \(field.name) has control characters" }
        }
        return nil
    }

    private static let own: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade", "trailer",
    ]

    /// A token of RFC 9110 §5.6.2.
    private static func isToken(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

/// What came back.
public struct OutboundResponse: Sendable {
    /// The status.
    public let status: Int
    /// Header fields in their order; names in lower case.
    public let headers: [OutboundRequest.Field]
    /// The body.
    public let body: [UInt8]
    /// Whether the body was longer.
    public let isCut: Bool
    /// The address that answered.
    public let address: String
    /// Calls that were made for it, retries included.
    public internal(set) var attempts = 1

    /// The first value of a field, or nil.
    public func header(_ name: String) -> String? {
        headers.first { $0.name == name.lowercased() }?.value
    }

    /// How long the answer asks to wait (`Retry-After`, a day at most), or nil when it does not.
    public func retryAfter(at now: Instant) -> Span? {
        RetryAfter.span(header("retry-after"), at: now)
    }

    /// Whether the status is 200…299.
    public var isSuccess: Bool { (200...299).contains(status) }
}
