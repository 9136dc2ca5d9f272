import Glibc
import PorticoValues

/// Times and days against the C library's calendar, and round trips.
enum TimeProperties {
    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        if reader.byte() & 1 == 0 { checkNumber(reader.number()) } else { checkText(reader.text()) }
    }

    private static func checkText(_ text: String) {
        if let date = CalendarDate(text) {
            expect(date.text == text, "a day comes back")
            expect(CalendarDate(daysSinceEpoch: date.daysSinceEpoch) == date, "a day and its number")
            var parts = tm()
            parts.tm_year = Int32(date.year - 1900)
            parts.tm_mon = Int32(date.month - 1)
            parts.tm_mday = Int32(date.day)
            expect(timegm(&parts) == date.daysSinceEpoch * 86_400, "the C library counts as many days")
        }
        guard let instant = Instant(rfc3339: text) else { return }
        // An offset may lead out of the four-digit years at both ends.
        guard (first...last).contains(instant.milliseconds) else { return }
        expect(Instant(rfc3339: instant.rfc3339) == instant, "an instant comes back: \(instant.rfc3339)")
        expect(instant.rfc3339.utf8.count == 24, "always as long")
    }

    private static let first: Int64 = -62_135_596_800_000
    private static let last: Int64 = 253_402_300_799_999

    private static func checkNumber(_ number: Int64) {
        let milliseconds = first + Int64((number.magnitude % UInt64(last - first + 1)))
        let instant = Instant(milliseconds: milliseconds)
        expect(Instant(rfc3339: instant.rfc3339) == instant, "an instant comes back: \(instant.rfc3339)")
        var seconds = time_t(milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let expected = [
            padded(Int(parts.tm_year) + 1900, 4), padded(Int(parts.tm_mon) + 1, 2), padded(Int(parts.tm_mday), 2),
        ]
        expect(instant.rfc3339.prefix(10) == expected.joined(separator: "-"), "the C library tells the same day")
        let clock = [padded(Int(parts.tm_hour), 2), padded(Int(parts.tm_min), 2), padded(Int(parts.tm_sec), 2)]
        expect(instant.rfc3339.dropFirst(11).prefix(8) == clock.joined(separator: ":"), "and the same time")
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
