import Testing

@testable import BagTracking

@Suite("Rule R5: the scanner agrees with the expressions")
struct LabelTextTests {
    private struct Steps: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let pieces = [
        " ", " ", "\n", ".", ":", "LOT", "NO", "LOT NO", "D", "O", "T", "DOT", "D.O.T.", "A", "12/03", "05/03/2025",
        "LABEL", "1234", "MUS/2025/001",
    ]

    @Test("on texts made of their own parts", arguments: [1, 2, 3, 4] as [UInt64])
    func random(seed: UInt64) throws {
        let label = try Regex(#"^LABEL\s*NO\.?\s*:?\s*([0-9]{4,17})(?=\s|$)"#).matchingSemantics(.unicodeScalar)
        let lot = try Regex(#"\sLOT\s*NO\.?\s*:?\s*(\S{1,40})"#).matchingSemantics(.unicodeScalar)
        let date = try Regex(#"\sD\.?O\.?T\.?\s*:?\s*(\S{6,10})"#).matchingSemantics(.unicodeScalar)
        var steps = Steps(state: seed)
        for _ in 0..<1500 {
            var text = "LABEL NO. 1234"
            for _ in 0..<Int.random(in: 0...12, using: &steps) {
                text += LabelTextTests.pieces.randomElement(using: &steps) ?? ""
            }
            text = ScannedText.tidied(text)
            let read = LabelText(text)
            let match = try label.firstMatch(in: text)
            #expect(read?.code == match?.output[1].substring.map { String($0) }, "\(text)")
            guard let read, let match else { continue }
            let rest = String(text[match.range.upperBound...])
            let expectedLot = try lot.firstMatch(in: rest)?.output[1].substring.map { String($0) }
            // The marks of a field that ends the text are no lot, although the expression would give them back.
            if read.lot != expectedLot { #expect(read.lot == nil && rest.hasSuffix(expectedLot ?? "?"), "\(text)") }
            #expect(
                read.dateOfTest == (try date.firstMatch(in: rest)?.output[1].substring.map { String($0) }), "\(text)")
        }
    }
}
