/// An answer as it stood on the wire.
struct WireAnswer: Sendable {
    /// Why bytes are no answer.
    enum Broken: Error {
        case ended
        case malformed(String)
    }

    var status = 0
    var fields: [(name: String, value: String)] = []
    var body = ""

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// Takes one answer from the front of `bytes`, or nil when it is not whole yet.
    static func parse(_ bytes: inout [UInt8], hasBody: Bool, hasEnded: Bool) throws -> WireAnswer? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            if hasEnded { throw Broken.ended }
            return nil
        }
        var answer = try head(String(decoding: bytes[..<end.lowerBound], as: UTF8.self))
        var rest = bytes[end.upperBound...]
        if hasBody, answer.status >= 200 {
            guard let body = try answer.takeBody(&rest, hasEnded: hasEnded) else {
                if hasEnded { throw Broken.ended }
                return nil
            }
            answer.body = String(decoding: body, as: UTF8.self)
        }
        bytes = Array(rest)
        return answer
    }

    private static func head(_ text: String) throws -> WireAnswer {
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines.removeFirst().split(separator: " ")
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw Broken.malformed(text)
        }
        var answer = WireAnswer(status: status)
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { throw Broken.malformed(text) }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            answer.fields.append((name: line[..<colon].lowercased(), value: String(value)))
        }
        return answer
    }

    private func takeBody(_ rest: inout ArraySlice<UInt8>, hasEnded: Bool) throws -> [UInt8]? {
        if let length = self["content-length"].flatMap({ Int($0) }) {
            guard rest.count >= length else { return nil }
            defer { rest = rest.dropFirst(length) }
            return Array(rest.prefix(length))
        }
        if self["transfer-encoding"] == "chunked" { return try WireAnswer.takeChunks(&rest) }
        if status == 204 || status == 304 { return [] }
        guard hasEnded else { return nil }
        defer { rest = [] }
        return Array(rest)
    }

    private static func takeChunks(_ rest: inout ArraySlice<UInt8>) throws -> [UInt8]? {
        var body: [UInt8] = []
        var cursor = rest
        while let line = cursor.firstRange(of: Array("\r\n".utf8)) {
            let text = String(decoding: cursor[..<line.lowerBound], as: UTF8.self)
            guard let size = Int(text, radix: 16) else { throw Broken.malformed(text) }
            cursor = cursor[line.upperBound...]
            guard cursor.count >= size + 2 else { return nil }
            body += cursor.prefix(size)
            cursor = cursor.dropFirst(size + 2)
            if size == 0 {
                rest = cursor
                return body
            }
        }
        return nil
    }
}
