import NIOHTTP1
import PorticoHTTP

/// Decides whether a parsed head is clearly one request. The decoder has checked the grammar of lines and tokens, a single
/// well-formed length and that length and coding do not meet; here comes what it leaves to its user.
struct RequestAdmission {
    /// How the body's end is told.
    enum BodyLength: Equatable {
        case none
        case known(Int)
        case chunked
    }

    /// A request that may be read on.
    struct Admitted {
        var head: RequestHead
        var exchange: Exchange
        var body: BodyLength
        /// Whether the client waits for a go-ahead before it sends the body (RFC 9110 §10.1.1).
        var expectsContinue: Bool
    }

    private var fields: [Headers.Element] = []
    private var hosts = 0
    private var hostIndex = 0
    private var codings = 0
    private var isChunked = false
    private var length: Int?
    private var hasBadLength = false
    private var expectsContinue = false
    private var asksForUpgrade = false

    /// The request, or why it is none.
    static func admit(
        _ head: HTTPRequestHead, peer: String, configuration: HTTPServer.Configuration
    ) -> Result<Admitted, Refused> {
        guard head.uri.utf8.count <= configuration.maxURIBytes else { return .failure(Refused(414)) }
        var admission = RequestAdmission()
        let size = admission.collect(head.headers)
        guard size <= configuration.maxHeaderBytes else { return .failure(Refused(431)) }
        if let status = admission.flaw(in: head) { return .failure(Refused(status)) }
        guard let target = RequestTarget(head.uri, isOptions: head.method == .OPTIONS) else {
            return .failure(Refused(400))
        }
        if let authority = target.authority { admission.replaceHost(by: authority) }
        let isHTTP11 = head.version == .http1_1
        return .success(
            Admitted(
                head: RequestHead(
                    method: method(head.method), target: target.origin, headers: Headers(admission.fields), peer: peer),
                // The decoder stops behind a request that offers another protocol: either the answer takes the
                // connection over, or the connection ends with it.
                exchange: Exchange(
                    isHead: head.method == .HEAD, isHTTP11: isHTTP11,
                    keepsAlive: head.isKeepAlive && !admission.asksForUpgrade),
                body: admission.bodyLength, expectsContinue: admission.expectsContinue && isHTTP11))
    }

    /// The status of a refusal.
    struct Refused: Error {
        let status: HTTPStatus

        init(_ status: HTTPStatus) {
            self.status = status
        }
    }

    private var bodyLength: BodyLength {
        if isChunked { return .chunked }
        guard let length, length > 0 else { return .none }
        return .known(length)
    }

    /// Takes the fields over and notes those that matter here.
    /// - Returns: Bytes of the fields on the wire.
    private mutating func collect(_ headers: HTTPHeaders) -> Int {
        var size = 0
        fields.reserveCapacity(headers.count)
        for (name, raw) in headers {
            let value = RequestAdmission.withoutTrailingSpace(raw)
            size += name.utf8.count + raw.utf8.count + 4
            note(name, value)
            fields.append((name: name, value: value))
        }
        return size
    }

    /// The decoder takes off the white space before a value, not the one behind it (RFC 9110 §5.5).
    private static func withoutTrailingSpace(_ value: String) -> String {
        guard let last = value.utf8.last, last == 0x20 || last == 0x09 else { return value }
        let end = value.utf8.lastIndex { $0 != 0x20 && $0 != 0x09 }
        return String(value[..<(end.map { value.utf8.index(after: $0) } ?? value.startIndex)])
    }

    private mutating func note(_ name: String, _ value: String) {
        switch name.utf8.count {
        case 4 where FieldBytes.isSame(name, "host"):
            hosts += 1
            hostIndex = fields.count
        case 6 where FieldBytes.isSame(name, "expect"):
            expectsContinue = FieldBytes.isSame(value, "100-continue")
        case 7 where FieldBytes.isSame(name, "upgrade"):
            asksForUpgrade = true
        case 14 where FieldBytes.isSame(name, "content-length"):
            if length != nil { hasBadLength = true }
            length = Int(value)
            if length == nil { hasBadLength = true }
        case 17 where FieldBytes.isSame(name, "transfer-encoding"):
            codings += 1
            isChunked = FieldBytes.isSame(value, "chunked")
        default: break
        }
    }

    private func flaw(in head: HTTPRequestHead) -> HTTPStatus? {
        guard head.version.major == 1, head.version.minor <= 1 else { return 505 }
        let isHTTP11 = head.version.minor == 1
        guard head.method != .CONNECT else { return 501 }
        guard !hasBadLength, codings <= 1, codings == 0 || length == nil else { return 400 }
        if codings == 1 {
            // A coding on HTTP/1.0 is how requests get smuggled past a proxy that ignores it (RFC 9112 §6.1).
            guard isHTTP11 else { return 400 }
            guard isChunked else { return 501 }
        }
        guard hosts == 1 || (hosts == 0 && !isHTTP11) else { return 400 }
        guard hosts == 0 || RequestTarget.isAuthority(fields[hostIndex].value) else { return 400 }
        return nil
    }

    /// The authority of an absolute target wins over the field (RFC 9112 §3.2.2).
    private mutating func replaceHost(by authority: String) {
        if hosts == 1 {
            fields[hostIndex].value = authority
        } else {
            fields.append((name: "host", value: authority))
        }
    }

    private static func method(_ method: NIOHTTP1.HTTPMethod) -> PorticoHTTP.HTTPMethod {
        switch method {
        case .GET: .get
        case .HEAD: .head
        case .POST: .post
        case .PUT: .put
        case .PATCH: .patch
        case .DELETE: .delete
        case .OPTIONS: .options
        default: PorticoHTTP.HTTPMethod(method.rawValue)
        }
    }
}
