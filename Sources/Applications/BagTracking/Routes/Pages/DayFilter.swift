import Portico

/// Days of a list's filter as people type them, in the warehouse's time.
struct DayFilter: Sendable {
    /// The beginning of the first day.
    let from: Instant?
    /// The end of the last day.
    let to: Instant?
    /// What is wrong with what was typed.
    let messages: [FieldMessage]

    /// Reads two fields called `names`; empty ones narrow nothing.
    init(from first: String, to last: String, names: (from: String, to: String) = ("from", "to")) {
        let zone = TimeZoneOffset.india
        let firstDay = first.isEmpty ? nil : CalendarDate(first)
        let lastDay = last.isEmpty ? nil : CalendarDate(last)
        from = firstDay.map { zone.start(of: $0) }
        to = lastDay.map { zone.start(of: $0.adding(days: 1)) }
        var found: [FieldMessage] = []
        let hint = "Enter a day that exists, such as 2026-11-21."
        if !first.isEmpty, firstDay == nil { found.append(FieldMessage(names.from, hint)) }
        if !last.isEmpty, lastDay == nil { found.append(FieldMessage(names.to, hint)) }
        if let firstDay, let lastDay, lastDay < firstDay {
            found.append(FieldMessage(names.to, "The last day lies before the first."))
        }
        messages = found
    }
}
