import PorticoJSON
import PorticoPages

/// A handler's answer with a body of one declared type.
public struct Reply<Output: JSONRepresentable>: Sendable {
    var status: HTTPStatus
    var headers: Headers
    var body: [UInt8]

    /// An answer that is encoded now.
    public init(_ output: Output, status: HTTPStatus = .ok, headers: Headers = [:]) {
        self.status = status
        self.headers = headers
        self.body = JSONWriter.encode(output)
    }

    /// An answer whose bytes were encoded earlier, for exact replays.
    public init(encoded body: [UInt8], status: HTTPStatus, headers: Headers = [:]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// 200.
    public static func ok(_ output: Output) -> Reply { Reply(output) }

    /// 201 with the address of what was made.
    public static func created(_ output: Output, at location: String) -> Reply {
        Reply(output, status: .created, headers: ["location": location])
    }
}

/// The body type of answers that have none.
public struct NoContent: JSONRepresentable {
    /// Nothing.
    public init() {}
    /// `NoContent`.
    public static var schemaName: String { "NoContent" }
    /// Nothing.
    public static var example: NoContent { NoContent() }
    /// No field.
    public func write(to object: inout JSONObjectWriter) {}
}

/// A handler's answer for people: a document, or a way to another page.
public struct PageReply: Sendable {
    var response: Response

    /// A document.
    public static func page(_ document: HTML, status: HTTPStatus = .ok) -> PageReply {
        PageReply(
            response: Response(
                status, headers: ["content-type": "text/html; charset=utf-8"], body: .bytes(Array(document.text.utf8))))
    }

    /// A file that the browser shows, and keeps under a name when asked to.
    /// - Parameter name: letters, digits, hyphens and dots.
    public static func file(_ bytes: [UInt8], mediaType: String, name: String) -> PageReply {
        PageReply(
            response: Response(
                .ok,
                headers: ["content-type": mediaType, "content-disposition": "inline; filename=\"\(name)\""],
                body: .bytes(bytes)))
    }

    /// Look there, with GET (303). `path` begins with exactly one slash.
    public static func redirect(to path: String) -> PageReply {
        PageReply(response: .redirect(to: path))
    }

    /// The same answer with one more header field, such as a cookie.
    public func adding(_ name: String, _ value: String) -> PageReply {
        var reply = self
        reply.response.headers.add(name, value)
        return reply
    }
}
