import Testing

@testable import PorticoJSON

@Suite struct NumberLexemeTests {
    private func double(_ lexeme: String) -> Double? {
        Array(lexeme.utf8).withUnsafeBufferPointer { NumberLexeme(bytes: $0).double }
    }

    private func int64(_ lexeme: String) -> Int64? {
        Array(lexeme.utf8).withUnsafeBufferPointer { NumberLexeme(bytes: $0).int64 }
    }

    @Test("reads random doubles back from their shortest form and from seventeen digits")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<60_000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite else { continue }
            try #require(double("\(number)") == number, "\(number)")
        }
    }

    @Test("rounds as the standard library does")
    func rounding() throws {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<60_000 {
            let digits = UInt64.random(
                in: 0...UInt64.max >> UInt64.random(in: 0...60, using: &generator), using: &generator)
            let power = Int.random(in: -345...312, using: &generator)
            let lexeme = "\(digits)e\(power)"
            let expected = Double(lexeme).flatMap { $0.isFinite ? $0 : nil }
            try #require(double(lexeme) == expected, "\(lexeme)")
        }
    }

    @Test(
        "rounds exact halves to even and looks at every digit",
        arguments: [
            "9007199254740993", "9007199254740995", "9007199254740993.0", "9007199254740993.00000000000000000001",
            "1.00000000000000011102230246251565404236316680908203125",
            "1.00000000000000011102230246251565404236316680908203124",
            "1.00000000000000011102230246251565404236316680908203126", "2.2250738585072011e-308",
            "2.2250738585072014e-308", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324",
            "1.7976931348623157e308", "1.7976931348623158e308", "0.000000000000000000000000000000000001", "0e999",
            "0.0e-999", "-0", "-0.0", "1e-999", "123456789012345678901234567890", "1E5", "1e+5", "8.5e22", "1e23",
            "18446744073709551615", "18446744073709551616e-20", "1e22", "9e22", "3e-22", "5e-23",
        ])
    func corners(lexeme: String) {
        #expect(double(lexeme)?.bitPattern == Double(lexeme)?.bitPattern)
    }

    @Test("has no double beyond the largest", arguments: ["1e309", "-1e309", "1.8e308", "1e99999999999999999999"])
    func outOfRange(lexeme: String) {
        #expect(double(lexeme) == nil)
    }

    @Test("reads integers to the ends of 64 bits and no further")
    func integers() {
        #expect(int64("0") == 0)
        #expect(int64("-0") == 0)
        #expect(int64("9223372036854775807") == .max)
        #expect(int64("-9223372036854775808") == .min)
        #expect(int64("9223372036854775808") == nil)
        #expect(int64("-9223372036854775809") == nil)
        #expect(int64("9999999999999999999") == nil)
        #expect(int64("10000000000000000000") == nil)
        #expect(int64("100000000000000000000000") == nil)
    }
}
