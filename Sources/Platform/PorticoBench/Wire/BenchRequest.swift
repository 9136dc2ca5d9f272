import NIOCore

/// Somebody who is signed in, as requests tell it.
public struct BenchSession: Sendable, Equatable {
    /// The value of the field `Cookie`.
    public let cookie: String
    /// The value of the field `X-CSRF-Token`.
    public let csrf: String

    /// A session with its cookie and its token.
    public init(cookie: String, csrf: String) {
        self.cookie = cookie
        self.csrf = csrf
    }
}

/// A request, ready for the socket. Sending it again costs nothing: its bytes are made once.
public struct BenchRequest: Sendable {
    let bytes: ByteBuffer

    /// A GET.
    /// - Parameters:
    ///   - path: begins with `/` and is sent as it is.
    ///   - fields: more fields of the head.
    public init(
        get path: String, of target: BenchTarget, as session: BenchSession? = nil,
        fields: [(name: String, value: String)] = []
    ) {
        bytes = ByteBuffer(string: BenchRequest.head("GET", path, target, session, fields) + "\r\n")
    }

    init(bytes: ByteBuffer) {
        self.bytes = bytes
    }

    static func head(
        _ method: String, _ path: String, _ target: BenchTarget, _ session: BenchSession?,
        _ fields: [(name: String, value: String)]
    ) -> String {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(target.authority)\r\n"
        if let session { head += "Cookie: \(session.cookie)\r\n" }
        for field in fields { head += "\(field.name): \(field.value)\r\n" }
        return head
    }
}

/// POSTs of JSON that differ in their bodies only.
public struct PostTemplate: Sendable {
    /// Up to the length of the body.
    private let head: String

    /// POSTs to `path`, by somebody or nobody.
    public init(_ path: String, of target: BenchTarget, as session: BenchSession? = nil) {
        var fields: [(name: String, value: String)] = []
        if let session { fields.append(("X-CSRF-Token", session.csrf)) }
        fields.append(("Content-Type", "application/json"))
        head = BenchRequest.head("POST", path, target, session, fields) + "Content-Length: "
    }

    /// The POST with this body.
    public func request(_ body: String) -> BenchRequest {
        let length = String(body.utf8.count)
        var bytes = ByteBufferAllocator().buffer(capacity: head.utf8.count + length.utf8.count + 4 + body.utf8.count)
        bytes.writeString(head)
        bytes.writeString(length)
        bytes.writeStaticString("\r\n\r\n")
        bytes.writeString(body)
        return BenchRequest(bytes: bytes)
    }
}
