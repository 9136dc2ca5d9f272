@testable import PorticoHTTP

/// Header fields that are read apart: cookies, lists with weights, entity tags, ids of requests, media types.
enum FieldProperties {
    static func checkCookies(_ input: [UInt8]) {
        var reader = InputReader(input)
        let name = String(decoding: reader.piece(), as: UTF8.self)
        var fields: [String] = []
        while !reader.isAtEnd { fields.append(String(decoding: reader.piece(), as: UTF8.self)) }
        let headers = Headers(fields.map { (name: "Cookie", value: $0) })
        let head = RequestHead(method: .get, target: "/", headers: headers, peer: "")
        let found = head.cookies(name)
        expect(head.cookie(name) == found.first, "the first cookie is the first of all")
        var expected: [[UInt8]] = []
        for field in fields {
            for pair in field.utf8.split(separator: 0x3B).map({ Array($0) }) {
                let trimmed = Array(pair.drop { $0 == 0x20 })
                guard let equals = trimmed.firstIndex(of: 0x3D), Array(trimmed[..<equals]) == Array(name.utf8) else {
                    continue
                }
                expected.append(Array(trimmed[(equals + 1)...]))
            }
        }
        expect(found.map { Array($0.utf8) } == expected, "every cookie of the name and no other")
        expect(found.allSatisfy { !$0.utf8.contains(0x3B) }, "a value ends at a semicolon")
    }

    static func checkFields(_ input: [UInt8]) {
        var reader = InputReader(input)
        let kind = reader.byte() % 4
        let text = reader.text()
        switch kind {
        case 0: checkCodings(text)
        case 1: checkTags(text)
        case 2: checkRequestID(text)
        default: checkMediaType(text)
        }
    }

    private static func checkCodings(_ text: String) {
        let dense = String(decoding: text.utf8.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self)
        for coding in ContentCoding.allCases {
            let name = coding.rawValue
            let other = coding == .brotli ? "gzip" : "br"
            let isAccepted = coding.isAccepted(by: text)
            expect(!isAccepted || dense.contains(name), "only what is named is accepted")
            expect(coding.isAccepted(by: "\(text),\(name)"), "a coding named at the end is accepted")
            expect(coding.isAccepted(by: "\(text),\(other)") == isAccepted, "another coding changes nothing")
        }
        var response = Response.json([UInt8](repeating: 0x20, count: 2048))
        response.compress(for: RequestHead(method: .get, target: "/", headers: ["accept-encoding": text], peer: ""))
        let coding = response.headers["content-encoding"]
        expect(coding.map { ContentCoding(rawValue: $0) != nil } ?? true, "one of our codings, or none")
    }

    private static func checkTags(_ text: String) {
        let tag = EntityTag.of(Array(text.utf8))
        expect(EntityTag.matches(tag, tag) && EntityTag.matches("W/\(tag)", tag), "a tag matches itself")
        // Beyond ASCII a letter may swallow the comma behind it; the tag is then not found, and nothing worse.
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            expect(EntityTag.matches("\(text), \(tag)", tag), "a tag matches in a list")
        }
        expect(!EntityTag.matches(text, tag) || text == "*" || text.contains(tag), "no other tag matches")
    }

    private static func checkRequestID(_ text: String) {
        guard let id = RequestIDSource.sane(text) else { return }
        expect(id == text && (8...64).contains(id.utf8.count), "an id stays as it is")
        expect(id.utf8.allSatisfy { $0 > 0x2C && $0 < 0x7B }, "an id is one harmless word")
    }

    private static func checkMediaType(_ text: String) {
        let head = RequestHead(method: .post, target: "/", headers: ["content-type": text], peer: "")
        let type = RequestBody.mediaType(of: head)
        expect(type == type.lowercased() && !type.contains(";") && !type.contains(" "), "a media type alone")
        let again = RequestHead(method: .post, target: "/", headers: ["content-type": type], peer: "")
        expect(RequestBody.mediaType(of: again) == type, "reading it again changes nothing")
    }
}
