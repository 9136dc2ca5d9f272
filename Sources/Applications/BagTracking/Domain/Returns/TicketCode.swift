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
        guard code.wholeMatch(of: /RTN-[0-9]{8}-[0-9A-F]{4}/) != nil else { return nil }
        self.text = code
    }
}

/// Where a return ticket stands (rule R29).
enum TicketState: String, Sendable, Hashable, CaseIterable {
    case open, committed, cancelled
}
