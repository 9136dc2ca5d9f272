import NIOCore

/// Values that fit on a line.
enum RESPScalar {
    static func value(_ type: UInt8, _ content: ByteBuffer) throws(RESPFlaw) -> RESPValue {
        switch type {
        case UInt8(ascii: "+"):
            return .status(String(buffer: content))
        case UInt8(ascii: "-"):
            return .error(RESPError(String(buffer: content)))
        case UInt8(ascii: ":"):
            return .number(try integer(content))
        case UInt8(ascii: ","):
            return .double(try double(content))
        case UInt8(ascii: "("):
            return .bigNumber(try digits(content))
        case UInt8(ascii: "#"):
            return .boolean(try boolean(content))
        case UInt8(ascii: "_"):
            guard content.readableBytes == 0 else { throw RESPFlaw("nothing with something") }
            return .null
        default:
            throw RESPFlaw("an unknown type")
        }
    }

    /// A whole number of 64 bits with an optional sign.
    static func integer(_ content: ByteBuffer) throws(RESPFlaw) -> Int64 {
        var digits = content.readableBytesView[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard (1...19).contains(digits.count) else { throw RESPFlaw("a number of impossible length") }
        var number: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { throw RESPFlaw("a number with letters") }
            let (tens, first) = number.multipliedReportingOverflow(by: 10)
            let value = Int64(digit - 0x30)
            // Counting downwards reaches the smallest number, which has no positive twin.
            let (sum, second) =
                isNegative ? tens.subtractingReportingOverflow(value) : tens.addingReportingOverflow(value)
            guard !first, !second else { throw RESPFlaw("a number beyond 64 bits") }
            number = sum
        }
        return number
    }

    private static func double(_ content: ByteBuffer) throws(RESPFlaw) -> Double {
        let text = String(buffer: content)
        switch text {
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        case "nan", "-nan": return .nan
        default: break
        }
        let isDecimal = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isDecimal, text.utf8.count <= 400, let number = Double(text) else { throw RESPFlaw("no number") }
        return number
    }

    private static func digits(_ content: ByteBuffer) throws(RESPFlaw) -> String {
        let text = String(buffer: content)
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw RESPFlaw("no number")
        }
        return text
    }

    private static func boolean(_ content: ByteBuffer) throws(RESPFlaw) -> Bool {
        switch (content.readableBytes, content.readableBytesView.first) {
        case (1, UInt8(ascii: "t")): return true
        case (1, UInt8(ascii: "f")): return false
        default: throw RESPFlaw("neither true nor false")
        }
    }
}
