import PorticoLimits
import PorticoValues

// Reads rules and requests from the standard input and writes a decision for each request:
//
//     rule NAME token_bucket|sliding_window|sliding_log QUOTA WINDOW_MS BURST
//     ask INSTANT_MS NAME ACCOUNT COST      → "1|0 REMAINING RETRY_AFTER_MS"
//
// The instants are the only clock there is.

var rules: [String: RateRule] = [:]
let limiter = LocalRateLimiter()

func rule(_ words: [Substring]) -> RateRule? {
    guard words.count == 6, let algorithm = RateAlgorithm(rawValue: String(words[2])), let quota = Int(words[3]),
        let window = Int64(words[4]), let burst = Int(words[5])
    else { return nil }
    return RateRule(
        String(words[1]), quota: quota, per: .milliseconds(window), burst: burst, algorithm: algorithm)
}

func decision(_ words: [Substring], under rules: [String: RateRule], by limiter: LocalRateLimiter) -> String? {
    guard words.count == 5, let instant = Int64(words[1]), let rule = rules[String(words[2])],
        let account = Int64(words[3]), let cost = Int(words[4])
    else { return nil }
    let demand = RateDemand(rule, by: .account(account), cost: cost)
    let standing = limiter.decide(demand, at: Instant(milliseconds: instant))
    return "\(standing.conforms ? 1 : 0) \(standing.remaining) \(standing.retryAfter.milliseconds)"
}

while let line = readLine() {
    let words = line.split(separator: " ")
    if words.first == "rule", let rule = rule(words) {
        rules[rule.name] = rule
    } else if words.first == "ask", let answer = decision(words, under: rules, by: limiter) {
        print(answer)
    } else {
        print("unreadable: \(line)")
    }
}
