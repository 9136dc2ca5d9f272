import PorticoLimits
import PorticoValues
import Testing

@Suite struct RateLimitFieldsTests {
    private let scan = RateRule("scan", quota: 3000, per: .seconds(60))

    private func values(_ decision: RateDecision, partitions: Bool = false) -> [String] {
        decision.fields(partitions: partitions).map { "\($0.name): \($0.value)" }
    }

    @Test("tells policy and state")
    func allowed() {
        let limiter = LocalRateLimiter()
        let decision = limiter.decide([RateDemand(scan, by: .account(1))], at: noon)
        #expect(
            values(decision) == [
                #"RateLimit-Policy: "scan";q=3000;w=60;qu="requests""#, #"RateLimit: "scan";r=2999;t=1"#,
            ])
    }

    @Test("tells when to come back, for the rule that takes longest")
    func refused() {
        let limiter = LocalRateLimiter()
        let bytes = RateRule("upload", quota: 1_000, per: .hours(1), burst: 10, unit: "content-bytes")
        let demands = [RateDemand(scan, by: .account(1)), RateDemand(bytes, by: .account(1), cost: 10)]
        #expect(limiter.decide(demands, at: noon).isAllowed)
        #expect(
            values(limiter.decide(demands, at: noon)) == [
                #"RateLimit-Policy: "scan";q=3000;w=60;qu="requests", "upload";q=1000;w=3600;qu="content-bytes""#,
                #"RateLimit: "scan";r=2999;t=1, "upload";r=0;t=36"#, "Retry-After: 36",
            ])
    }

    @Test("shows no rule in shadow mode, and nothing at all without others")
    func shadow() {
        let decision = LocalRateLimiter().decide([RateDemand(scan.inMode(.shadow), by: .account(1))], at: noon)
        #expect(values(decision).isEmpty && values(.unlimited).isEmpty)
    }

    @Test("names the partition in padded base64 when asked")
    func partition() {
        let limiter = LocalRateLimiter()
        let encoded = [(1, "YWNjb3VudDox"), (10, "YWNjb3VudDoxMA=="), (100, "YWNjb3VudDoxMDA=")] as [(Int64, String)]
        for (account, text) in encoded {
            let decision = limiter.decide([RateDemand(scan, by: .account(account))], at: noon)
            let lines = values(decision, partitions: true)
            #expect(lines.count == 2 && lines.allSatisfy { $0.hasSuffix(";pk=:\(text):") })
        }
    }

    @Test("rounds spans up to whole seconds")
    func rounding() {
        let rule = RateRule("tick", quota: 1, per: .milliseconds(1_200))
        let limiter = LocalRateLimiter()
        _ = limiter.decide([RateDemand(rule, by: .everyone)], at: noon)
        let refused = limiter.decide([RateDemand(rule, by: .everyone)], at: noon.after(1_199))
        #expect(
            values(refused) == [
                #"RateLimit-Policy: "tick";q=1;w=2;qu="requests""#, #"RateLimit: "tick";r=0;t=1"#, "Retry-After: 1",
            ])
    }
}
