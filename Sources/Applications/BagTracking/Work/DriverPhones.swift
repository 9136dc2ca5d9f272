import Portico

/// Erases the phone numbers of drivers some months after their loads arrived (rule R28).
struct EraseDriverPhones: Job {
    static let name = "bags.erase_driver_phones"
    var payload: JSONValue { [:] }
    var uniqueness: JobUniqueness? { .whileActive("erase") }

    init() {}
    init(payload: JSONValue) {}
}

/// Which phone numbers have been kept for long enough: those of bills that were delivered so long ago. Where no
/// delivery is recorded the time runs from when the lorry left, and where not even that is known from when the bill was
/// opened, whatever became of it: no number stays because somebody forgot to say that it arrived.
struct DriverPhones: Sendable {
    /// Name of the rule in the audit.
    static let rule = "bills.driver_phones"

    let services: BagTrackingServices

    /// Erases them. The audit says how many they were, and none of them.
    /// - Returns: how many.
    /// - Throws: ``SQLError``.
    @discardableResult
    func erase(at now: Instant) async throws -> Int {
        let kept = Span.days(services.settings.driverPhoneDays)
        let rule = RetentionRule.custom(DriverPhones.rule) { now, limit, transaction in
            // Said twice, so that of two nodes at the same bill one counts it.
            try transaction.execute(
                "bills.erase_phones",
                """
                UPDATE bills SET driver_phone = NULL, version = version + 1
                WHERE driver_phone IS NOT NULL AND id IN (
                    SELECT id FROM bills WHERE driver_phone IS NOT NULL
                        AND coalesce(delivered_at, dispatched_at, created_at) < \(now - kept)
                    ORDER BY id LIMIT \(limit))
                """)
        }
        return try await Retention([rule], in: services.database).run(at: now).reduce(0) { $0 + $1.rows }
    }
}
