import Testing

@testable import PorticoTables

@Suite("Numbers of spreadsheets")
struct DecimalTests {
    @Test(
        "become their exact plain digits",
        arguments: [
            ("1234567", "1234567"), ("1.234567E6", "1234567"), ("1.2E-3", "0.0012"), ("0.50", "0.5"), ("-0", "0"),
            ("12.0", "12"), ("1E+2", "100"), ("123456789012345678", "123456789012345678"), ("1.5e1", "15"),
            (".5", "0.5"),
            ("000", "0"), ("-3.10", "-3.1"),
        ])
    func plain(_ text: String, _ digits: String) {
        #expect(Decimal.plain(text) == digits)
    }

    @Test("what is no number is nil", arguments: ["", "x", "1x", "1e", "--1", "1E999999", "1e9999", "NaN"])
    func others(_ text: String) {
        #expect(Decimal.plain(text) == nil)
    }

    @Test("whole numbers are written as they are", arguments: [0, 7, 10, -1, 1_234_567, Int64.max, Int64.min])
    func written(_ value: Int64) {
        var bytes: [UInt8] = []
        Decimal.append(value, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == String(value))
    }

    @Test("columns have the letters of spreadsheets")
    func letters() {
        #expect(
            [0, 25, 26, 701, 702].map { String(decoding: XLSXWriter.letters(of: $0), as: UTF8.self) }
                == ["A", "Z", "AA", "ZZ", "AAA"])
    }
}
