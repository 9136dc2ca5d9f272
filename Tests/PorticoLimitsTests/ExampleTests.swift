// example
import PorticoLimits
import PorticoValues
// end of example
import Testing

@Suite("The README's limits") struct ExampleTests {
    @Test("admit, refuse, follow a change, and only count")
    func example() async throws {
        // example
        let book = RateRuleBook(RateRule.standard + [RateRule("scan", quota: 3000, per: .minutes(1), burst: 200)])
        let limits = RateLimits(book: book)

        func answer(account: Int64, peer: String, at now: Instant) async -> (status: Int, fields: [String]) {
            let claims = [RateClaim("scan", by: .account(account)), RateClaim("pages", by: .address(of: peer))]
            let decision = await limits.decide(claims, at: now)
            return (decision.isAllowed ? 200 : 429, decision.fields().map { "\($0.name): \($0.value)" })
        }
        // end of example
        for _ in 0..<100 { #expect(await answer(account: 1, peer: "192.0.2.1", at: noon).status == 200) }
        let refused = await answer(account: 1, peer: "192.0.2.1", at: noon)
        #expect(refused.status == 429 && refused.fields.contains { $0.hasPrefix("Retry-After: ") })
        // example
        try book.change("scan", quota: 6000)  // the next request follows it
        book.setShadow(true)  // refuse nothing, count what would have been refused
        // end of example
        #expect(book.rule("scan")?.quota == 6000)
        #expect(await answer(account: 1, peer: "192.0.2.1", at: noon).status == 200)
    }
}
