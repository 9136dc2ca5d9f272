/// Request line and header fields, before the body has come.
public struct RequestHead: Sendable {
    /// The method.
    public var method: HTTPMethod
    /// The request target in origin form, as it was sent: path and query, percent-encoded.
    public var target: String
    /// The header fields.
    public var headers: Headers
    /// Numeric address of the socket's peer.
    public var peer: String
    /// Whether the connection is encrypted.
    public var isSecure: Bool

    /// A head.
    public init(method: HTTPMethod, target: String, headers: Headers, peer: String, isSecure: Bool = false) {
        self.method = method
        self.target = target
        self.headers = headers
        self.peer = peer
        self.isSecure = isSecure
    }

    /// The path of the target, still percent-encoded.
    public var path: Substring {
        target[..<(target.utf8.firstIndex(of: 0x3F) ?? target.endIndex)]
    }

    /// The query of the target without its question mark, still percent-encoded; empty when there is none.
    public var query: Substring {
        guard let mark = target.utf8.firstIndex(of: 0x3F) else { return "" }
        return target[target.utf8.index(after: mark)...]
    }

    /// The first cookie of that name, or nil.
    public func cookie(_ name: String) -> String? {
        cookies(name).first
    }

    /// All cookies of that name (RFC 6265 §5.4): a narrower path comes first, and anybody on the host can set one more.
    public func cookies(_ name: String) -> [String] {
        var found: [String] = []
        for header in headers.values("cookie") {
            for pair in header.utf8.split(separator: 0x3B) {
                let pair = pair.drop { $0 == 0x20 }
                guard let equals = pair.firstIndex(of: 0x3D), pair[..<equals].elementsEqual(name.utf8) else { continue }
                found.append(String(Substring(pair[pair.index(after: equals)...])))
            }
        }
        return found
    }
}

/// A whole request: its head and its body, which is complete and within the limit of its route.
public struct Request: Sendable {
    /// Request line and header fields.
    public var head: RequestHead
    /// The body; empty when there is none, or when a receiver took it.
    public var body: [UInt8]
    /// What took the body as it came; nil where it was gathered in memory.
    public var receiver: (any BodyReceiver)?
    /// Whether the answer is meant for everybody who asks the same: then no single client's limits count it.
    public var isForEverybody: Bool

    /// A request.
    public init(
        head: RequestHead, body: [UInt8] = [], isForEverybody: Bool = false, receiver: (any BodyReceiver)? = nil
    ) {
        self.head = head
        self.body = body
        self.receiver = receiver
        self.isForEverybody = isForEverybody
    }
}
