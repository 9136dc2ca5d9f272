@testable import PorticoHTTP
@testable import PorticoServer

/// A request target is harmless text, and taken apart and put together it is the same.
enum TargetProperties {
    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        let isOptions = reader.byte() & 1 == 1
        let text = reader.text()
        guard let target = RequestTarget(text, isOptions: isOptions) else { return }
        expect(target.origin.utf8.first == 0x2F || target.origin == "*" && isOptions, "an origin form")
        expect(
            target.origin.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3C && $0 != 0x3E },
            "nothing that ends a line, a word or an attribute")
        if let authority = target.authority {
            expect(RequestTarget.isAuthority(authority) && !authority.contains("/"), "an authority")
        } else {
            expect(target.origin == text, "an origin form stays as it is")
        }
        let again = RequestTarget(target.origin, isOptions: isOptions)
        expect(again?.origin == target.origin && again?.authority == nil, "reading it again changes nothing")
        let head = RequestHead(method: .get, target: target.origin, headers: [:], peer: "")
        let query = head.target.contains("?") ? "?" + head.query : ""
        expect(head.path + query == head.target, "path and query are the target")
        expect(!head.path.contains("?"), "a path has no query")
        checkSegments(head.path)
    }

    /// What a router sees of a path: its segments, each decoded once.
    private static func checkSegments(_ path: Substring) {
        for part in path.utf8.split(separator: 0x2F) {
            guard let segment = PercentCoding.decode(Substring(part)) else { return }
            let encoded = PercentCoding.encode(segment)
            expect(!encoded.contains("/"), "an encoded segment is one segment")
            expect(PercentCoding.decode(encoded).map { Array($0.utf8) } == Array(segment.utf8), "a segment comes back")
        }
    }
}
