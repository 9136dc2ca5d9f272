import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// R43: the code of a label is readable from a distance, in letters of 14 points or more.
@Suite("Letters on labels (rule R43)")
struct LabelSizeTests {
    /// Codes of all kinds, the shortest and the widest among them.
    private static let codes = [
        "SB00001", "M444-00001", "2903411", "AB12", "WWWWWWWWWWWWWWWWWWWW", "389012340000000015",
        "RTN-20261121-0A1F", "CMD:REPEAT",
    ]

    /// One line of text as the file draws it.
    private struct Line {
        let isBold: Bool
        let size: Double
        let text: String
    }

    private func lines(_ file: String) -> [Line] {
        file.matches(of: /BT \/F([12]) ([0-9.]+) Tf [-0-9.]+ [-0-9.]+ Td \(([^)]*)\) Tj ET/).map { match in
            Line(isBold: match.1 == "2", size: Double(match.2) ?? 0, text: String(match.3))
        }
    }

    @Test("every code stands in 14 points or more, whole, on every layout", arguments: LabelLayout.allCases)
    func sizes(layout: LabelLayout) async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            let answer = await table.post(
                "/bags/api/v1/labels/sheet",
                [
                    "layout": .string(layout.rawValue),
                    "codes": .array(LabelSizeTests.codes.map { .string($0) }),
                ])
            try #require(answer.status == 200, "\(answer.text)")
            let file = String(decoding: answer.bytes, as: UTF8.self)
            // Codes are all there is in bold letters.
            let drawn = lines(file).filter(\.isBold)
            #expect(drawn.map(\.text).joined() == LabelSizeTests.codes.joined())
            for line in drawn { #expect(line.size >= 14, "\(line.text) in \(line.size) pt") }
            #expect(lines(file).contains { !$0.isBold })
        }
    }

    @Test("points are points: nothing scales the letters", arguments: LabelLayout.allCases)
    func scale(layout: LabelLayout) async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            let answer = await table.post(
                "/bags/api/v1/labels/sheet", ["layout": .string(layout.rawValue), "codes": ["SB00001", "SB00002"]])
            let file = String(decoding: answer.bytes, as: UTF8.self)
            #expect(!file.contains("UserUnit") && !file.contains(" Tz") && !file.contains(" Tm"))
            let scaled = file.split(separator: " cm\n").dropFirst()
            #expect(scaled.count == 2)
            for part in scaled {
                let square = try #require(part.split(separator: "Q\n").first)
                #expect(!square.contains("BT"))
            }
        }
    }
}
