import PorticoHTTP
import Testing

@testable import PorticoIdentity

@Suite struct AnswerSealTests {
    private let seal = AnswerSeal(key: Array(repeating: 1, count: 32))
    private let scope = [UInt8](repeating: 2, count: 32)

    @Test("opens what it sealed")
    func roundTrip() throws {
        let sealed = try #require(seal.seal(Response(.noContent, headers: ["etag": "\"a\""]), scope: scope))
        let opened = try #require(seal.open(sealed, scope: scope))
        #expect(opened.status == 204)
        #expect(opened.headers["etag"] == "\"a\"")
        guard case .empty = opened.body else { throw Missing() }
    }

    @Test("opens nothing that was changed, cut, moved to another key or sealed by another")
    func refusals() throws {
        let sealed = try #require(seal.seal(.text("hello"), scope: scope))
        for index in [0, 24, sealed.count - 1] {
            var changed = sealed
            changed[index] ^= 1
            #expect(seal.open(changed, scope: scope) == nil)
        }
        #expect(seal.open(Array(sealed.prefix(30)), scope: scope) == nil)
        #expect(seal.open([], scope: scope) == nil)
        #expect(seal.open(sealed, scope: Array(repeating: 3, count: 32)) == nil)
        #expect(AnswerSeal(key: Array(repeating: 9, count: 32)).open(sealed, scope: scope) == nil)
    }

    @Test("never seals the same answer to the same bytes")
    func nonce() {
        #expect(seal.seal(.text("hello"), scope: scope) != seal.seal(.text("hello"), scope: scope))
    }

    @Test("seals no stream")
    func stream() {
        #expect(seal.seal(Response(.ok, body: .stream { _ in }), scope: scope) == nil)
    }
}
