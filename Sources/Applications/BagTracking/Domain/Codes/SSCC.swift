/// A Serial Shipping Container Code with a correct check digit (rule R6; GS1 General Specifications §2.2.1, §7.9.1).
struct SSCC: Sendable, Hashable {
    /// The 18 digits.
    let text: String

    /// Reads a normalised text: 18 digits, `00` and 18 digits, or `(00)` and 18 digits. The fourth form, a GS1
    /// Digital Link, has become 18 digits by rule R1.
    ///
    /// - Throws: `invalid_sscc`.
    static func parse(_ text: String) throws(CodeError) -> SSCC {
        guard let digits = eighteenDigits(in: text) else { throw .malformedSSCC(text) }
        let expected = checkDigit(after: digits.utf8.dropLast())
        guard digits.utf8.last == UInt8(0x30 + expected) else {
            throw .wrongCheckDigit(String(digits), expected: expected)
        }
        return SSCC(text: String(digits))
    }

    /// The number for one more sack (rule R7): extension digit, company prefix, serial padded with zeros to 17
    /// digits in all, check digit. Nil when a part is out of its range or the serial no longer fits.
    init?(extensionDigit: Int, companyPrefix: String, serial: Int64) {
        let number = String(serial)
        let width = 16 - companyPrefix.utf8.count
        guard (0...9).contains(extensionDigit), SSCC.isCompanyPrefix(companyPrefix), serial >= 0,
            number.utf8.count <= width
        else { return nil }
        let padding = String(repeating: "0", count: width - number.utf8.count)
        let digits = "\(extensionDigit)\(companyPrefix)\(padding)\(number)"
        self.init(text: digits + String(SSCC.checkDigit(after: digits.utf8)))
    }

    private init(text: String) {
        self.text = text
    }

    /// Whether a normalised text has one of the forms of an SSCC, whatever its check digit. Such a text is always
    /// read as an SSCC and never as the code of a bag.
    static func isSSCCForm(_ text: String) -> Bool {
        eighteenDigits(in: text) != nil
    }

    /// Whether `text` can be a GS1 company prefix: 4–12 digits.
    static func isCompanyPrefix(_ text: String) -> Bool {
        (4...12).contains(text.utf8.count) && text.utf8.allSatisfy(ASCII.isDigit)
    }

    /// The check digit after `digits`: weights 3, 1, 3, … from the right, up to the next multiple of ten.
    static func checkDigit(after digits: some BidirectionalCollection<UInt8>) -> Int {
        var sum = 0
        var weight = 3
        for digit in digits.reversed() {
            sum += Int(digit - 0x30) * weight
            weight = 4 - weight
        }
        return (10 - sum % 10) % 10
    }

    private static func eighteenDigits(in text: String) -> Substring? {
        let digits: Substring
        switch text.utf8.count {
        case 18: digits = text[...]
        case 20 where text.hasPrefix("00"): digits = text.dropFirst(2)
        case 22 where text.hasPrefix("(00)"): digits = text.dropFirst(4)
        default: return nil
        }
        return digits.utf8.allSatisfy(ASCII.isDigit) ? digits : nil
    }
}
