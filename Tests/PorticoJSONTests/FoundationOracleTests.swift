import Foundation
import PorticoJSON
import Testing

@Suite struct FoundationOracleTests {
    private func random(_ depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: .null
        case 1: .bool(.random(using: &generator))
        case 2: .integer(Int64(truncatingIfNeeded: generator.next()) >> Int64.random(in: 0...63, using: &generator))
        case 3: .number(Double.random(in: -1e6...1e6, using: &generator))
        case 4: .number(Double(Int.random(in: -99_999...99_999, using: &generator)) / 100 + 0.001)
        case 5: .string(string(&generator))
        case 6:
            .array((0..<Int.random(in: 0...5, using: &generator)).map { _ in random(depth - 1, &generator) })
        default:
            .object(
                (0..<Int.random(in: 0...5, using: &generator)).map {
                    (key: "\($0)" + string(&generator), value: random(depth - 1, &generator))
                })
        }
    }

    private func string(_ generator: inout SeededGenerator) -> String {
        let pieces = ["a", "word", " ", "\"", "\\", "/", "\n", "\u{01}", "é", "日本語", "🧳", "\u{7F}", "0123456789"]
        return (0..<Int.random(in: 0...8, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
            .joined()
    }

    private func foundation(_ bytes: [UInt8]) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    }

    private func isSame(_ value: JSONValue, _ other: Any) -> Bool {
        switch value {
        case .null: other is NSNull
        case .bool(let flag): (other as? NSNumber)?.boolValue == flag
        case .integer(let number): (other as? NSNumber)?.int64Value == number
        case .number(let number): isNear(number, (other as? NSNumber)?.doubleValue)
        case .string(let text): (other as? String)?.utf8.elementsEqual(text.utf8) == true
        case .array(let elements):
            (other as? [Any]).map { others in
                others.count == elements.count && zip(elements, others).allSatisfy(isSame)
            } == true
        case .object(let members):
            (other as? [String: Any]).map { others in
                others.count == members.count
                    && members.allSatisfy { member in others[member.key].map { isSame(member.value, $0) } == true }
            } == true
        }
    }

    /// Foundation reads numbers through a decimal type and may be off by the last bits.
    private func isNear(_ number: Double, _ other: Double?) -> Bool {
        other.map { abs($0 - number) <= 4 * number.ulp } == true
    }

    @Test("Foundation reads what is written here")
    func writing() throws {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<1500 {
            let value = random(4, &generator)
            try #require(isSame(value, try foundation(value.bytes)), "\(text(value.bytes))")
            try #require(try JSONValue(parsing: value.bytes) == value)
        }
    }

    @Test("reads what Foundation writes, pretty or not")
    func reading() throws {
        var generator = SeededGenerator(seed: 9)
        for round in 0..<1500 {
            let value = random(4, &generator)
            let options: JSONSerialization.WritingOptions =
                round % 2 == 0 ? [.prettyPrinted, .fragmentsAllowed] : .fragmentsAllowed
            let data = try JSONSerialization.data(withJSONObject: try foundation(value.bytes), options: options)
            let back = try JSONValue(parsing: [UInt8](data))
            try #require(isSame(back, try foundation(value.bytes)), "\(text(value.bytes))")
        }
    }
}
