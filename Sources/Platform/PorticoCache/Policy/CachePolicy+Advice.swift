import PorticoValues

/// Something about a policy that its author probably did not mean.
public struct CacheAdvice: Sendable, Hashable {
    /// The setting it is about.
    public let setting: String
    /// What is the matter, in one sentence.
    public let text: String
}

extension CachePolicy {
    /// What is incoherent about this policy; empty when it hangs together.
    public var advice: [CacheAdvice] {
        timeAdvice + staleAdvice + refreshAdvice + capacityAdvice
    }

    private var timeAdvice: [CacheAdvice] {
        let none = Span.milliseconds(0)
        var advice = Findings()
        let isPlain = name.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        advice.note(
            name.isEmpty || !isPlain, "name", "The name has letters, digits, dots, hyphens and underscores only.")
        advice.note(ttl <= none, "ttl", "A time to live of nothing stores values that are never fresh.")
        advice.note(sharedTTL < ttl, "sharedTTL", "Tier 2 forgets before tier 1 does, so it is asked in vain.")
        advice.note(
            negativeTTL.map { $0 > ttl } ?? false, "negativeTTL",
            "That there is no value is believed longer than a value is.")
        advice.note(
            sliding.map { $0 >= ttl } ?? false, "sliding",
            "The sliding expiry is never reached: the time to live is shorter.")
        advice.note(!(0..<1).contains(jitter), "jitter", "The jitter is a part of the time to live: 0 to below 1.")
        return advice.list
    }

    private var staleAdvice: [CacheAdvice] {
        let none = Span.milliseconds(0)
        var advice = Findings()
        advice.note(
            staleIfError > none && staleIfError < staleWhileRevalidate, "staleIfError",
            "A value is served stale longer when all is well than when its source fails.")
        advice.note(
            staleIfError > none && retryAfterError >= staleIfError, "retryAfterError",
            "After one failure the loader is not tried again before the stale value is gone.")
        advice.note(
            softTimeout.map { soft in hardTimeout.map { soft >= $0 } ?? false } ?? false, "softTimeout",
            "The soft timeout is never reached: the hard one is shorter.")
        advice.note(
            lease.map { lease in hardTimeout.map { lease < $0 } ?? false } ?? false, "lease",
            "A loader may take longer than the other nodes wait for it.")
        return advice.list
    }

    private var refreshAdvice: [CacheAdvice] {
        var advice = Findings()
        advice.note(beta < 0 || !beta.isFinite, "beta", "Early refresh has a factor of 0 or more.")
        advice.note(beta > 5, "beta", "A factor beyond 5 refreshes far more often than values expire.")
        advice.note(
            eagerAfter.map { !(0..<1).contains($0) } ?? false, "eagerAfter",
            "The threshold is a part of the time to live: 0 to below 1.")
        advice.note(
            eagerAfter.map { $0 < 0.5 } ?? false, "eagerAfter",
            "Values are loaded at least twice as often as they expire.")
        return advice.list
    }

    private var capacityAdvice: [CacheAdvice] {
        var advice = Findings()
        let holds = capacity.entries > 0 && capacity.bytes > 0
        advice.note(
            (capacity.entries > 0) != (capacity.bytes > 0), "capacity",
            "One of the two bounds is 0, so nothing is kept.")
        advice.note(
            holds && capacity.bytes / capacity.entries < 64, "capacity",
            "The bytes do not suffice for the entries: less than 64 for each.")
        advice.note(
            tags.contains { $0.text.isEmpty || $0.text.utf8.first == 1 || $0.text.utf8.count > 200 }, "tags",
            "A tag has 1 to 200 bytes and does not begin with U+0001.")
        return advice.list
    }
}

private struct Findings {
    var list: [CacheAdvice] = []

    mutating func note(_ isFound: Bool, _ setting: String, _ text: String) {
        if isFound { list.append(CacheAdvice(setting: setting, text: text)) }
    }
}
