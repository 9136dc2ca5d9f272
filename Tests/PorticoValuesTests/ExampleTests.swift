// example
import PorticoValues
// end of example
import Testing

@Suite("The README's values") struct ExampleTests {
    @Test("a clock that moves, a day, an id, a digest, a secret")
    func example() {
        // example
        let clock = Clock(standingAt: Instant(seconds: 1_790_000_000))  // in a program: Clock()
        clock.advance(by: .minutes(5))
        let now = clock.now().rfc3339  // 2026-09-21T14:18:20.000Z
        let today = TimeZoneOffset.india.date(of: clock.now())  // .text is 2026-09-21
        let tomorrow = TimeZoneOffset.india.start(of: today.adding(days: 1))

        let id = UUIDv7(at: clock.now()).description  // ids sort by the time they were made at
        let password = Secret("correct horse")  // prints as •••, reveal() gives it
        let digest = Digest.sha256(password.reveal().utf8).hexadecimal
        // end of example
        #expect(now == "2026-09-21T14:18:20.000Z" && today.text == "2026-09-21")
        #expect(tomorrow.rfc3339 == "2026-09-21T18:30:00.000Z")
        #expect(id.count == 36 && id < UUIDv7(at: clock.now() + .seconds(1)).description)
        #expect("\(password)" == "•••" && digest.count == 64)
    }
}
