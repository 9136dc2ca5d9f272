import Portico

/// What a return ticket is called (rule R29): `RTN-20261121-0F3A`, the day of the warehouses and four hexadecimal digits.
struct TicketCode: Sendable, Hashable {
    let text: String

    /// The code of a ticket that is opened on a day.
    init(on date: CalendarDate, number: UInt16) {
        let digits = ASCII.upperCased(String(number, radix: 16))
        let padding = String(repeating: "0", count: 4 - digits.utf8.count)
        text = "RTN-\(date.text.replacing("-", with: ""))-\(padding)\(digits)"
    }

    /// Nil when `text` is no code of a ticket, in whatever case.
    init?(_ text: String) {
        let code = ASCII.upperCased(ScannedText.tidied(text))
        guard TicketCode.isOne(Array(code.utf8)) else { return nil }
        self.text = code
    }

    /// `RTN-`, eight digits, `-`, four hexadecimal ones. Every code that is looked up comes by here.
    private static func isOne(_ code: [UInt8]) -> Bool {
        guard code.count == 17, code.starts(with: "RTN-".utf8), code[12] == 0x2D else { return false }
        let digits: ClosedRange<UInt8> = 0x30...0x39
        return code[4..<12].allSatisfy { digits.contains($0) }
            && code[13...].allSatisfy { digits.contains($0) || (0x41...0x46).contains($0) }
    }
}

/// Where a return ticket stands (rule R29).
enum TicketState: String, Sendable, Hashable, CaseIterable {
    case open, committed, cancelled
}
