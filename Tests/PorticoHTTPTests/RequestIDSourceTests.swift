import Testing

@testable import PorticoHTTP

@Suite struct RequestIDSourceTests {
    @Test("ids have 32 hex digits, differ, and share the part that names the process")
    func distinct() {
        let source = RequestIDSource()
        let ids = (0..<10_000).map { _ in source.next() }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy { $0.isHexDigit && !$0.isUppercase } })
        #expect(Set(ids.map { $0.prefix(16) }).count == 1)
        #expect(RequestIDSource().next().prefix(16) != ids[0].prefix(16))
    }

    @Test("an id from outside is taken when it is short and harmless")
    func sane() {
        #expect(RequestIDSource.sane("Abc-123_4.5") == "Abc-123_4.5")
        for text in ["short", String(repeating: "a", count: 65), "abc def12", "abcdefg\r\n", "abcdefgé"] {
            #expect(RequestIDSource.sane(text) == nil)
        }
    }
}
