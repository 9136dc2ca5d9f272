import Testing

@testable import PorticoHTTP

@Suite struct CSRFSignerTests {
    private let signer = CSRFSigner(key: Array(repeating: 7, count: 32))

    @Test("every token is another one, and each belongs to its binding only")
    func tokens() {
        let tokens = (0..<20).map { _ in signer.token(for: "session").value }
        #expect(Set(tokens).count == 20)
        #expect(tokens.allSatisfy { signer.verify($0, for: "session") })
        #expect(!tokens.contains { signer.verify($0, for: "other") })
        let stranger = CSRFSigner(key: Array(repeating: 8, count: 32))
        #expect(!tokens.contains { stranger.verify($0, for: "session") })
    }

    @Test("tokens of a previous key are believed, new ones are of the present key")
    func rotation() {
        let rotated = CSRFSigner(
            key: Array(repeating: 8, count: 32), previous: [Array(repeating: 7, count: 32)])
        #expect(rotated.verify(signer.token(for: "session").value, for: "session"))
        let token = rotated.token(for: "session").value
        #expect(rotated.verify(token, for: "session") && !signer.verify(token, for: "session"))
    }

    @Test("what is no token is refused", arguments: ["", "x", "====", String(repeating: "A", count: 59), "AAAA AAAA"])
    func rubbish(text: String) {
        #expect(!signer.verify(text, for: "session"))
    }
}
