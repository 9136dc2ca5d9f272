import Portico

/// The date of test as labels and import files write it (rule R5).
enum TestDate {
    /// Reads `DD/MM/YYYY`, `DD-MM-YYYY`, `DD.MM.YYYY`, `DD/MM/YY` (of this century) or `YYYY-MM-DD`; nil for every
    /// other text and for days that do not exist.
    static func parse(_ text: String) -> CalendarDate? {
        let bytes = Array(text.utf8)
        switch bytes.count {
        case 8 where bytes[2] == slash && bytes[5] == slash:
            return date(year: bytes[6...], month: bytes[3..<5], day: bytes[..<2], century: 2000)
        case 10 where [slash, ASCII.hyphen, dot].contains(bytes[2]) && bytes[5] == bytes[2]:
            return date(year: bytes[6...], month: bytes[3..<5], day: bytes[..<2], century: 0)
        case 10:
            return CalendarDate(text)
        default:
            return nil
        }
    }

    private static let slash: UInt8 = 0x2F
    private static let dot: UInt8 = 0x2E

    private static func date(
        year: ArraySlice<UInt8>, month: ArraySlice<UInt8>, day: ArraySlice<UInt8>, century: Int
    ) -> CalendarDate? {
        guard let year = ASCII.number(year), let month = ASCII.number(month), let day = ASCII.number(day) else {
            return nil
        }
        return CalendarDate(year: century + year, month: month, day: day)
    }
}
