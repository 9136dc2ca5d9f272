import CSodium
import PorticoHTTP
import PorticoValues

/// Answers as they are kept for retries: encrypted and authenticated (XSalsa20-Poly1305, libsodium's secretbox), bound
/// to the key they belong to, so that a row moved to another key does not open.
struct AnswerSeal: Sendable {
    private let key: Secret<[UInt8]>

    /// A seal; `key` has 32 bytes.
    init(key: [UInt8]) {
        self.key = Secret(key)
    }

    /// Fields that belong to one exchange and not to the answer, or that let somebody in.
    private static let passing: Set<String> = [
        "set-cookie", "date", "x-request-id", "server-timing", "x-response-time", "connection", "transfer-encoding",
        "ratelimit", "ratelimit-policy", "idempotent-replay",
    ]

    /// Nonce and sealed bytes of an answer, or nil for one whose body is a stream.
    func seal(_ response: Response, scope: [UInt8]) -> [UInt8]? {
        var plain = scope
        plain.append(number: response.status.code)
        let headers = response.headers.filter { !AnswerSeal.passing.contains($0.name.lowercased()) }
        plain.append(number: headers.count)
        for header in headers {
            plain.append(field: Array(header.name.utf8))
            plain.append(field: Array(header.value.utf8))
        }
        switch response.body {
        case .empty: plain.append(field: [])
        case .bytes(let bytes): plain.append(field: bytes)
        case .stream: return nil
        }
        let nonce = randomBytes(Int(crypto_secretbox_NONCEBYTES))
        var sealed = [UInt8](repeating: 0, count: plain.count + Int(crypto_secretbox_MACBYTES))
        crypto_secretbox_easy(&sealed, plain, UInt64(plain.count), nonce, key.reveal())
        return nonce + sealed
    }

    /// The answer behind sealed bytes, or nil when they were made with another key, for another scope, or changed.
    func open(_ bytes: [UInt8], scope: [UInt8]) -> Response? {
        let nonceCount = Int(crypto_secretbox_NONCEBYTES)
        let overhead = nonceCount + Int(crypto_secretbox_MACBYTES)
        guard bytes.count >= overhead else { return nil }
        let sealed = Array(bytes[nonceCount...])
        var plain = [UInt8](repeating: 0, count: bytes.count - overhead)
        guard
            crypto_secretbox_open_easy(
                &plain, sealed, UInt64(sealed.count), Array(bytes[..<nonceCount]), key.reveal()) == 0,
            plain.starts(with: scope)
        else { return nil }
        var rest = plain.dropFirst(scope.count)
        guard let status = rest.takeNumber(), let count = rest.takeNumber() else { return nil }
        var headers = Headers()
        for _ in 0..<count {
            guard let name = rest.takeField(), let value = rest.takeField() else { return nil }
            headers.add(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
        guard let body = rest.takeField() else { return nil }
        return Response(HTTPStatus(status), headers: headers, body: body.isEmpty ? .empty : .bytes(Array(body)))
    }
}

extension [UInt8] {
    /// Appends a number that fits 32 bits, most significant byte first.
    fileprivate mutating func append(number: Int) {
        for shift in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// Appends a length and that many bytes.
    fileprivate mutating func append(field: [UInt8]) {
        append(number: field.count)
        self += field
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func takeNumber() -> Int? {
        guard count >= 4 else { return nil }
        let number = prefix(4).reduce(0) { $0 << 8 | Int($1) }
        removeFirst(4)
        return number
    }

    fileprivate mutating func takeField() -> ArraySlice<UInt8>? {
        guard let length = takeNumber(), length <= count else { return nil }
        let field = prefix(length)
        removeFirst(length)
        return field
    }
}
