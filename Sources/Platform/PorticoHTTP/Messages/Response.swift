/// A status code (RFC 9110 §15).
public struct HTTPStatus: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// The three digits.
    public let code: Int

    /// A status by its code.
    public init(integerLiteral code: Int) {
        self.code = code
    }

    /// A status by its code.
    public init(_ code: Int) {
        self.code = code
    }

    /// 101: the connection speaks another protocol from here on.
    public static let switchingProtocols: HTTPStatus = 101
    /// 200.
    public static let ok: HTTPStatus = 200
    /// 201: something was made; `Location` says where.
    public static let created: HTTPStatus = 201
    /// 202: it will be done; the body says how to follow it.
    public static let accepted: HTTPStatus = 202
    /// 204: done, nothing to say.
    public static let noContent: HTTPStatus = 204
    /// 303: look there, with GET.
    public static let seeOther: HTTPStatus = 303
    /// 304: what you have is fresh.
    public static let notModified: HTTPStatus = 304

    /// The standard phrase, as titles of problems use it.
    public var phrase: String {
        switch code {
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 303: "See Other"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: "Status \(code)"
        }
    }
}

/// An answer on its way out.
public struct Response: Sendable {
    /// What an answer carries.
    public enum Body: Sendable {
        /// Nothing.
        case empty
        /// Bytes that are all there.
        case bytes([UInt8])
        /// Bytes as they come; the closure returns at the end and throws when the answer can't be completed.
        case stream(@Sendable (any BodyWriter) async throws -> Void)
    }

    /// The status.
    public var status: HTTPStatus
    /// The header fields. Length and transfer coding are the transport's business.
    public var headers: Headers
    /// The body.
    public var body: Body
    /// Who speaks on the connection after an answer with status 101; such an answer has no body.
    public var takeover: (any ConnectionTakeover)?

    /// An answer.
    public init(_ status: HTTPStatus, headers: Headers = [:], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Plain text in UTF-8.
    public static func text(_ text: String, status: HTTPStatus = .ok) -> Response {
        Response(status, headers: ["content-type": "text/plain; charset=utf-8"], body: .bytes(Array(text.utf8)))
    }

    /// JSON that is already encoded.
    public static func json(_ bytes: [UInt8], status: HTTPStatus = .ok) -> Response {
        Response(status, headers: ["content-type": "application/json"], body: .bytes(bytes))
    }

    /// Sends the client to another address of this site with GET (303). `path` begins with one slash.
    public static func redirect(to path: String) -> Response {
        Response(.seeOther, headers: ["location": path])
    }
}

/// The client has gone, or the stream is over: what a ``BodyWriter`` throws then.
public struct StreamClosed: Error, CustomStringConvertible {
    /// It is over.
    public init() {}

    /// In words.
    public var description: String { "the client has closed the connection" }
}

/// Where a streaming answer goes. Writing waits while the client is slow.
public protocol BodyWriter: Sendable {
    /// Sends bytes. Returns when there is room for more.
    /// - Throws: when the client has gone; the stream should then end.
    func write(_ bytes: [UInt8]) async throws
}
