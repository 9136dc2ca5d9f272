import PorticoHTTP
import PorticoValues
import Testing

@Suite("Dates of header fields")
struct HTTPDateTests {
    private let now = HTTPDate(seconds: 1_790_000_000)

    @Test(
        "come back from what is written of them",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_827_696, "Tue, 29 Feb 2000 12:34:56 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"),
        ] as [(Int64, String)])
    func written(seconds: Int64, text: String) {
        #expect(HTTPDate(seconds: seconds).text == text)
        #expect(HTTPDate(text) == HTTPDate(seconds: seconds))
        #expect(HTTPDate(received: text, now: now) == HTTPDate(seconds: seconds))
    }

    @Test(
        "in the forms of old are understood when they are received",
        arguments: [
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777), ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Wed Nov 16 08:49:37 1994", 784_975_777), ("Thursday, 01-Jan-70 00:00:00 GMT", 3_155_760_000),
            ("Friday, 01-Jan-99 00:00:00 GMT", 915_148_800),
        ] as [(String, Int64)])
    func old(text: String, seconds: Int64) {
        #expect(HTTPDate(received: text, now: now) == HTTPDate(seconds: seconds))
        #expect(HTTPDate(text) == nil)
    }

    @Test(
        "that are none are none",
        arguments: [
            "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT",
            "Sun, 06 Nov 1994  08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994", "Sun Nov 06 08:49:37 94", "Sunday, 06-Nov-1994 08:49:37 GMT",
            "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        ])
    func none(text: String) {
        #expect(HTTPDate(received: text, now: now) == nil)
    }

    @Test("of instants are their seconds, before 1970 as well")
    func instants() {
        #expect(HTTPDate(Instant(milliseconds: 1999)).seconds == 1)
        #expect(HTTPDate(Instant(milliseconds: -1)).seconds == -1)
        #expect(HTTPDate(Instant(milliseconds: -1000)).seconds == -1)
    }
}
