/// The rate limits of a node: one rule for every class that its routes declare.
enum NodeLimits {
    /// The limits as `limits.mode` says; nil when nothing is to be counted.
    static func make(_ settings: Settings, mounts: [Mount], metrics: MetricsRegistry) -> RateLimits? {
        let mode = settings.text("limits.mode")
        guard mode != "off" else { return nil }
        var rules: [String: RateRule] = [:]
        for mount in mounts {
            for rule in mount.routes.compactMap({ $0.limit.rule(of: mount) }) { rules[rule.name] = rule }
        }
        let book = RateRuleBook(rules.values.sorted { $0.name < $1.name })
        book.setShadow(mode == "shadow")
        register(book, in: metrics)
        return RateLimits(book: book)
    }

    private static func register(_ book: RateRuleBook, in metrics: MetricsRegistry) {
        metrics.observe(
            counter: "portico_rate_limit_decisions_total", help: "Requests counted against a limit.",
            labels: ["rule", "decision"]
        ) {
            book.reports.flatMap { report in
                [
                    (labels: [report.rule.name, "admitted"], value: Double(report.admitted)),
                    (labels: [report.rule.name, "refused"], value: Double(report.refused)),
                    (labels: [report.rule.name, "would_have_refused"], value: Double(report.wouldHaveRefused)),
                ]
            }
        }
    }
}
