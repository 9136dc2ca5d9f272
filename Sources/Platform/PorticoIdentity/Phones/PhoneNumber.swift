/// A telephone number as the whole world dials it (E.164): `+`, the country's code, the number; 8 to 15 digits in all.
///
/// Its description hides all but the country's code and the last digits, so that no log tells a number by accident.
public struct PhoneNumber: Sendable, Hashable, CustomStringConvertible {
    /// The number, `+919812345678`.
    public let text: String

    /// How many of the last digits are shown.
    private static let shown = 3

    /// A number, or nil when what was typed has no form of one. Spaces, dashes and brackets are taken out.
    public init?(_ typed: String) {
        let text = typed.filter { !$0.isWhitespace && !PhoneNumber.ornaments.contains($0) }
        let digits = text.utf8.dropFirst()
        // No country's code begins with 0.
        guard text.utf8.first == 0x2B, (8...15).contains(digits.count), digits.first != 0x30,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        self.text = text
    }

    /// `-` and the dashes that telephones and word processors make of it, brackets.
    private static let ornaments: Set<Character> = [
        "-", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "(", ")", "[", "]",
    ]

    /// The last digits, `678`.
    public var ending: String { String(text.suffix(PhoneNumber.shown)) }

    /// The number as it is shown: `+91 •••• 678`.
    public var hidden: String { "+\(countryCode) •••• \(ending)" }

    /// As it is shown.
    public var description: String { hidden }

    /// The code of the country, one to three digits. 1 and 7 stand alone; of the others those of two digits are known, and
    /// the rest has three (ITU-T E.164, list of assigned codes).
    private var countryCode: Substring {
        let digits = text.dropFirst()
        if ["1", "7"].contains(digits.prefix(1)) { return digits.prefix(1) }
        return digits.prefix(PhoneNumber.shortCodes.contains(digits.prefix(2)) ? 2 : 3)
    }

    private static let shortCodes: Set<Substring> = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95", "98",
    ]
}
