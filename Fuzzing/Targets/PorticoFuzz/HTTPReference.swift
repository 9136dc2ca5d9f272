import PorticoHTTP

@testable import PorticoServer

/// A second reader of HTTP/1.1 requests, strict where RFC 9112 lets a server choose: lines end in CRLF, no field is folded,
/// no chunk has an extension that is not plain, lengths are digits.
///
/// It gives the requests up to the first that is not clearly one.
struct HTTPReference {
    private struct Refused: Error {}

    private struct Head {
        var method = ""
        var target = ""
        var fields: [(name: String, value: String)] = []
        var isHTTP11 = true

        func values(_ name: String) -> [String] {
            fields.filter { $0.name.lowercased() == name }.map(\.value)
        }
    }

    private let bytes: [UInt8]
    private let bodyLimit: Int
    private var position = 0

    static func requests(in bytes: [UInt8], bodyLimit: Int) -> [SeenRequest] {
        var reader = HTTPReference(bytes: bytes, bodyLimit: bodyLimit)
        var requests: [SeenRequest] = []
        while let request = try? reader.request() { requests.append(request) }
        return requests
    }

    private init(bytes: [UInt8], bodyLimit: Int) {
        self.bytes = bytes
        self.bodyLimit = bodyLimit
    }

    /// The next line without its end.
    private mutating func line() throws -> [UInt8] {
        guard let end = bytes[position...].firstIndex(of: 0x0A), end > position, bytes[end - 1] == 0x0D else {
            throw Refused()
        }
        defer { position = end + 1 }
        return Array(bytes[position..<(end - 1)])
    }

    private mutating func request() throws -> SeenRequest {
        // Empty lines before a request are to be ignored (RFC 9112 §2.2), and half of one does no harm there.
        while position < bytes.count, bytes[position] == 0x0D || bytes[position] == 0x0A { position += 1 }
        let head = try head()
        let codings = head.values("transfer-encoding")
        let lengths = head.values("content-length")
        var body: [UInt8] = []
        if codings.isEmpty, let text = lengths.first {
            guard lengths.count == 1, let length = Int(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                length <= bodyLimit, bytes.count - position >= length
            else { throw Refused() }
            body = Array(bytes[position..<(position + length)])
            position += length
        } else if !codings.isEmpty {
            guard lengths.isEmpty, head.isHTTP11, codings.map({ $0.lowercased() }) == ["chunked"] else {
                throw Refused()
            }
            body = try chunks()
        }
        guard let target = RequestTarget(head.target, isOptions: head.method == "OPTIONS") else { throw Refused() }
        var fields = head.fields
        if let authority = target.authority {
            if let index = fields.firstIndex(where: { $0.name.lowercased() == "host" }) {
                fields[index].value = authority
            } else {
                fields.append((name: "host", value: authority))
            }
        }
        return SeenRequest(
            method: head.method, target: target.origin, fields: fields.map { "\($0.name.lowercased()):\($0.value)" },
            body: body)
    }

    private mutating func head() throws -> Head {
        var head = Head()
        let first = try line()
        // Several spaces between the words have one meaning (RFC 9112 §3), and the decoder takes them.
        let words = first.split(separator: 0x20)
        guard words.count == 3, first.first != 0x20, first.last != 0x20, !words[0].isEmpty,
            words[0].allSatisfy(HTTPReference.isToken)
        else { throw Refused() }
        head.method = String(decoding: words[0], as: UTF8.self)
        head.target = String(decoding: words[1], as: UTF8.self)
        switch String(decoding: words[2], as: UTF8.self) {
        case "HTTP/1.1", "RTSP/1.1": head.isHTTP11 = true
        // The decoder knows RTSP as well and tells nobody.
        case "HTTP/1.0", "RTSP/1.0": head.isHTTP11 = false
        default: throw Refused()
        }
        while true {
            let field = try line()
            if field.isEmpty { break }
            head.fields.append(try HTTPReference.field(field))
        }
        let hosts = head.values("host")
        guard hosts.count == 1 || hosts.isEmpty && !head.isHTTP11, hosts.allSatisfy(RequestTarget.isAuthority) else {
            throw Refused()
        }
        return head
    }

    private static func field(_ line: [UInt8]) throws -> (name: String, value: String) {
        guard let colon = line.firstIndex(of: 0x3A), colon > 0, line[..<colon].allSatisfy(isToken) else {
            throw Refused()
        }
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var value = line[(colon + 1)...].drop(while: isBlank)
        while let last = value.last, isBlank(last) { value.removeLast() }
        guard value.allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }) else { throw Refused() }
        return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private mutating func chunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try line()
            let digits = line.prefix { $0 != 0x3B }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), digits.first != 0x2B,
                line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }), size >= 0
            else { throw Refused() }
            if size == 0 { break }
            guard size <= bodyLimit, bytes.count - position >= size + 2, body.count + size <= bodyLimit else {
                throw Refused()
            }
            body += bytes[position..<(position + size)]
            position += size
            guard try self.line().isEmpty else { throw Refused() }
        }
        while true {
            let trailer = try line()
            if trailer.isEmpty { return body }
            _ = try HTTPReference.field(trailer)
        }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
