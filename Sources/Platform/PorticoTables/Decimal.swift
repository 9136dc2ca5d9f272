/// Whole numbers as decimal digits.
enum Decimal {
    static func append(_ value: Int64, to bytes: inout [UInt8]) {
        var magnitude = value.magnitude
        if value < 0 { bytes.append(0x2D) }
        guard magnitude >= 10 else { return bytes.append(UInt8(truncatingIfNeeded: magnitude) + 0x30) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            while magnitude > 0 {
                start -= 1
                digits[start] = UInt8(truncatingIfNeeded: magnitude % 10) + 0x30
                magnitude /= 10
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start..<20]))
        }
    }

    /// The exact plain digits of a number as XML Schema writes a double: `1.2E3` is `1200`, `0.50` is `0.5`. Nil for what is no
    /// number, and for one of more than 400 digits.
    static func plain(_ text: some StringProtocol) -> String? {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == 0x2D
        if isNegative || bytes.first == 0x2B { bytes.removeFirst() }
        guard let parts = split(bytes) else { return nil }
        let digits = parts.whole + parts.fraction
        let point = parts.whole.count + parts.exponent
        guard !digits.isEmpty, digits.count <= 400, (-400...400).contains(point) else { return nil }
        var whole = Array(digits.prefix(max(0, point)))
        whole += Array(repeating: 0x30, count: max(0, point - digits.count))
        var fraction = Array(repeating: UInt8(0x30), count: max(0, -point)) + Array(digits.dropFirst(max(0, point)))
        whole = Array(whole.drop { $0 == 0x30 })
        while fraction.last == 0x30 { fraction.removeLast() }
        if whole.isEmpty { whole = [0x30] }
        let isZero = fraction.isEmpty && whole == [0x30]
        let sign: [UInt8] = isNegative && !isZero ? [0x2D] : []
        return String(decoding: sign + whole + (fraction.isEmpty ? [] : [0x2E] + fraction), as: UTF8.self)
    }

    private static func split(
        _ bytes: ArraySlice<UInt8>
    ) -> (whole: [UInt8], fraction: [UInt8], exponent: Int)? {
        let whole = bytes.prefix(while: isDigit)
        var rest = bytes.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == 0x2E {
            rest.removeFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard let mark = rest.first else { return (Array(whole), Array(fraction), 0) }
        guard mark == 0x45 || mark == 0x65, rest.count <= 6,
            let exponent = Int(String(decoding: rest.dropFirst(), as: UTF8.self))
        else { return nil }
        return (Array(whole), Array(fraction), exponent)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
