import PorticoValues

/// Header fields that tell clients about their limits, as structured fields (RFC 9651) after
/// draft-ietf-httpapi-ratelimit-headers-10, with `Retry-After` (RFC 9110 §10.2.3).
extension RateDecision {
    /// `RateLimit-Policy`, `RateLimit` and, when refused, `Retry-After`; empty when no enforced rule was asked.
    ///
    /// Rules in shadow mode do not show. Spans are rounded up to whole seconds. `t` is the time until the whole allowance
    /// is back, so it is never earlier than `Retry-After`.
    ///
    /// - Parameter partitions: whether to name the counted subject (`pk`), in base64 as the draft asks.
    public func fields(partitions: Bool = false) -> [(name: String, value: String)] {
        let shown = standings.filter { $0.rule.mode == .enforced }
        guard !shown.isEmpty else { return [] }
        var fields = [
            (name: "RateLimit-Policy", value: shown.map { $0.policyItem(partitions) }.joined(separator: ", ")),
            (name: "RateLimit", value: shown.map { $0.limitItem(partitions) }.joined(separator: ", ")),
        ]
        if let retryAfter {
            fields.append((name: "Retry-After", value: String(max(1, retryAfter.secondsRoundedUp))))
        }
        return fields
    }

    /// The registered problem type of a 429 answer.
    public static let quotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded"
    /// The registered problem type of a 503 answer while load is shed.
    public static let temporaryReducedCapacity =
        "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"
    /// The registered problem type of an answer to a client that was banned.
    public static let abnormalUsageDetected = "https://iana.org/assignments/http-problem-types#abnormal-usage-detected"
}

extension RateStanding {
    /// `"scan";q=3000;w=60;qu="requests"`. Names need no escaping: rules admit only letters, digits and `._-`.
    func policyItem(_ partitions: Bool) -> String {
        "\"\(rule.name)\";q=\(rule.quota);w=\(rule.window.secondsRoundedUp);qu=\"\(rule.unit)\"\(partition(partitions))"
    }

    /// `"scan";r=2999;t=1`.
    func limitItem(_ partitions: Bool) -> String {
        "\"\(rule.name)\";r=\(remaining);t=\(untilFull.secondsRoundedUp)\(partition(partitions))"
    }

    private func partition(_ isShown: Bool) -> String {
        guard isShown else { return "" }
        let text = second.map { "\(subject.text)|\($0.text)" } ?? subject.text
        return ";pk=:\(base64(Array(text.utf8))):"
    }
}

extension Span {
    /// Whole seconds that cover the span; none when it is negative.
    var secondsRoundedUp: Int64 {
        milliseconds <= 0 ? 0 : (milliseconds + 999) / 1000
    }
}

/// RFC 4648 §4, padded, as structured fields want byte sequences.
private func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for place in 0...group.count {
            text.append(alphabet[word >> (18 - 6 * place) & 63])
        }
        text += Array(repeating: UInt8(ascii: "="), count: 3 - group.count)
    }
    return String(decoding: text, as: UTF8.self)
}
