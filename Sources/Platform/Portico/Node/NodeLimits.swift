/// The rate limits of a node.
enum NodeLimits {
    /// A book that the applications fill with what their routes declare, and change later.
    static func book(_ settings: Settings, metrics: MetricsRegistry) -> RateRuleBook {
        let book = RateRuleBook([])
        book.setShadow(settings.text("limits.mode") == "shadow")
        register(book, in: metrics)
        return book
    }

    /// The limits as `limits.mode` says; nil when nothing is to be counted.
    /// - Parameters:
    ///   - root: the mount that belongs to no application.
    ///   - shared: counters of several nodes.
    static func make(
        _ settings: Settings, book: RateRuleBook, root: Mount, shared: SharedCounters?, metrics: MetricsRegistry
    ) -> RateLimits? {
        guard settings.text("limits.mode") != "off" else { return nil }
        for rule in root.routes.compactMap({ $0.limit.rule(of: root) }) { try? book.set(rule) }
        return shared?.limits(book, metrics: metrics) ?? RateLimits(book: book)
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
