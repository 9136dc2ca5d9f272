import Testing

@testable import Portico

@Suite("Values as bytes")
struct ValueBytesTests {
    @Test("come back as they were")
    func comeBack() throws {
        let values: [SQLValue] = [
            .null, .integer(.min), .integer(-1), .integer(0), .integer(.max), .real(-0.0), .real(1.5e300), .text(""),
            .text("é\u{0301}\n"), .blob([]), .blob([0, 255]),
        ]
        #expect(try ValueBytes.values(in: ValueBytes.of(values)) == values)
        for value in values { #expect(try ValueBytes.values(in: ValueBytes.of([value])) == [value]) }
        #expect(try ValueBytes.values(in: []) == [])
    }

    @Test("are refused when they are cut or of no known kind")
    func refuses() {
        let whole = ValueBytes.of([.text("abc"), .integer(7)])
        // Cut between the two values, they are one value.
        for length in 1..<whole.count where length != 12 {
            #expect(throws: SQLError.self) { try ValueBytes.values(in: Array(whole.prefix(length))) }
        }
        #expect(throws: SQLError.self) { try ValueBytes.values(in: [9]) }
        #expect(throws: SQLError.self) { try ValueBytes.values(in: [3] + [UInt8](repeating: 255, count: 8)) }
    }
}
