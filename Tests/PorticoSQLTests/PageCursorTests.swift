import PorticoSQL
import Testing

@Suite("Page cursors")
struct PageCursorTests {
    private let signer = CursorSigner(key: Array(repeating: 7, count: 32))

    @Test(
        "give back the position they were made of", arguments: [[], ["a"], ["", ""], ["2024-01-01", "42", "Größe"]])
    func roundTrip(position: [String]) {
        let cursor = signer.sign(position, list: "bags")
        // No part at all and one empty part are the same position.
        #expect(signer.position(cursor, list: "bags") == (position.isEmpty ? [""] : position))
    }

    @Test("are made of characters that need no escaping in an address")
    func characters() {
        let cursor = signer.sign(["ÿÿÿ", "???"], list: "bags")
        #expect(cursor.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    }

    @Test("of another list are refused")
    func otherList() {
        #expect(signer.position(signer.sign(["1"], list: "bags"), list: "areas") == nil)
    }

    @Test("of another key are refused")
    func otherKey() {
        let other = CursorSigner(key: Array(repeating: 8, count: 32))
        #expect(signer.position(other.sign(["1"], list: "bags"), list: "bags") == nil)
    }

    @Test("that were changed in any character are refused")
    func changed() {
        let cursor = Array(signer.sign(["2024", "17"], list: "bags"))
        for index in cursor.indices.dropLast() {
            var forged = cursor
            forged[index] = forged[index] == "A" ? "B" : "A"
            #expect(signer.position(String(forged), list: "bags") == nil)
        }
    }

    @Test("that are no cursors are refused", arguments: ["", "A", "!!!!", "AAAA", String(repeating: "A", count: 5000)])
    func nonsense(cursor: String) {
        #expect(signer.position(cursor, list: "bags") == nil)
    }

    @Test("tell a page where the next one begins, and the last that there is none")
    func pages() {
        let more = Page(fetched: [1, 2, 3], limit: 2) { ["\($0)"] }
        #expect(more.items == [1, 2])
        #expect(more.next == ["2"])
        let last = Page(fetched: [1, 2], limit: 2) { ["\($0)"] }
        #expect(last.items == [1, 2])
        #expect(last.next == nil)
    }
}
