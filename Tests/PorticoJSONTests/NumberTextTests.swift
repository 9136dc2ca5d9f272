import Testing

@testable import PorticoJSON

@Suite struct NumberTextTests {
    /// Digits and power of Swift's own shortest description.
    private func parts(_ number: Double) -> (digits: String, power: Int) {
        let pieces = "\(number)".split(separator: "e")
        var digits = String(pieces[0])
        var power = pieces.count > 1 ? Int(pieces[1]) ?? 0 : 0
        if let point = digits.firstIndex(of: ".") {
            power -= digits.distance(from: point, to: digits.endIndex) - 1
            digits.remove(at: point)
        }
        while digits.hasSuffix("0") {
            digits.removeLast()
            power += 1
        }
        return (String(digits.drop { $0 == "0" }), power)
    }

    private func expectShortest(_ number: Double) throws {
        let expected = parts(number)
        let shortest = ShortestDecimal(number)
        try #require("\(shortest.digits)" == expected.digits && shortest.power == expected.power, "\(number)")
        var full = ShortestDecimal(schubfach: number)
        while full.digits % 10 == 0 {
            full.digits /= 10
            full.power += 1
        }
        try #require("\(full.digits)" == expected.digits && full.power == expected.power, "\(number)")
        try #require(Double(written { $0.value(number) }) == number)
    }

    @Test("finds the shortest decimal of random doubles")
    func randomBits() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<60_000 {
            let number = Double(bitPattern: generator.next() & (1 << 63 - 1))
            if number.isFinite, number > 0 { try expectShortest(number) }
        }
    }

    @Test("finds the shortest decimal at the edges of every binary exponent")
    func exponents() throws {
        for exponent in UInt64(0)...2046 {
            for fraction in [0, 1, 1 << 51, 1 << 52 - 1] as [UInt64] where exponent > 0 || fraction > 0 {
                try expectShortest(Double(bitPattern: exponent << 52 | fraction))
            }
        }
    }

    @Test("finds the shortest decimal of short decimals")
    func shortDecimals() throws {
        var generator = SeededGenerator(seed: 4)
        let divisors: [Double] = [10, 100, 1000, 10_000, 1e5, 1e6, 1e7, 1e9, 1e15]
        for _ in 0..<40_000 {
            let digits = Int64.random(in: 1...999_999_999_999, using: &generator)
            let divisor = divisors[Int.random(in: 0..<divisors.count, using: &generator)]
            try expectShortest(Double(digits) / divisor)
        }
    }

    @Test(
        "lays numbers out as ECMAScript does",
        arguments: [
            (0.0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (100, "100"), (123.456, "123.456"),
            (1e20, "100000000000000000000"), (1e21, "1e+21"), (1.5e21, "1.5e+21"), (123e19, "1.23e+21"),
            (999_999_999_999_999_868_928, "999999999999999900000"), (0.000001, "0.000001"), (1e-7, "1e-7"),
            (1.25e-7, "1.25e-7"), (0.00000123, "0.00000123"), (.leastNonzeroMagnitude, "5e-324"),
            (Double.greatestFiniteMagnitude, "1.7976931348623157e+308"),
            (-2.2250738585072014e-308, "-2.2250738585072014e-308"),
            (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_992, "9007199254740992"),
            (9_007_199_254_740_994, "9007199254740994"), (1 / 3, "0.3333333333333333"),
            (333_333_333.3333333, "333333333.3333333"), (4.35, "4.35"), (0.5, "0.5"), (-0.001, "-0.001"),
            (1_152_921_504_606_846_976, "1152921504606847000"),
        ] as [(Double, String)])
    func layout(number: Double, expected: String) {
        #expect(written { $0.value(number) } == expected)
    }

    @Test("writes null for what JSON cannot express", arguments: [Double.nan, .infinity, -.infinity, .signalingNaN])
    func notFinite(number: Double) {
        #expect(written { $0.value(number) } == "null")
    }

    @Test("keeps exact powers of ten exact and the others within one unit")
    func powers() {
        let table = PowersOfTen.shared
        #expect(table.floor(0).high == 1 << 63 && table.floor(0).low == 0)
        #expect(table.floor(1).high == 0xA << 60 && table.ceiling(1).low == 0)
        #expect(table.floor(-1).high == 0xCCCC_CCCC_CCCC_CCCC && table.floor(-1).low == 0xCCCC_CCCC_CCCC_CCCC)
        #expect(table.ceiling(-1).low == 0xCCCC_CCCC_CCCC_CCCD)
        for power in PowersOfTen.lowest...PowersOfTen.highest { #expect(table.floor(power).high >> 63 == 1) }
        for power in -300...300 {
            let exponent = PowersOfTen.binaryExponent(power)
            #expect(Double("1e\(power)").map { Int($0.exponent) } == exponent)
        }
    }
}
