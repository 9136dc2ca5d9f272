import Portico

/// Erases the phone numbers of drivers some months after their loads arrived (rule R28).
struct EraseDriverPhones: Job {
    static let name = "bags.erase_driver_phones"
    var payload: JSONValue { [:] }
    var uniqueness: JobUniqueness? { .whileActive("erase") }

    init() {}
    init(payload: JSONValue) {}
}

/// Which phone numbers have been kept for long enough.
struct DriverPhones: Sendable {
    let services: BagTrackingServices

    /// Erases them.
    /// - Returns: how many.
    /// - Throws: ``SQLError``.
    @discardableResult
    func erase(at now: Instant) async throws -> Int {
        let limit = now - .days(services.settings.driverPhoneDays)
        return try await services.database.write { transaction in
            try transaction.execute(
                "bills.erase_phones",
                """
                UPDATE bills SET driver_phone = NULL, version = version + 1
                WHERE state = 'delivered' AND driver_phone IS NOT NULL AND delivered_at < \(limit)
                """)
        }
    }
}
