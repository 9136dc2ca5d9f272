import Logging

extension ApplicationEnvironment {
    /// Seals with the present keys what the platform keeps for the application under earlier ones, so that those can go. Does
    /// nothing where there are none.
    /// - Throws: ``SQLError``.
    func renewSeals() async throws {
        let factors = try await SecondFactorRotation(keys, previous: previousKeys).run(in: database)
        if factors > 0 { logger.notice("authenticators sealed anew", metadata: ["count": "\(factors)"]) }
        let phones = try await PhoneRotation(keys, previous: previousKeys).run(in: database)
        if phones.resealed > 0 { logger.notice("phones sealed anew", metadata: ["count": "\(phones.resealed)"]) }
        guard !phones.unreadable.isEmpty else { return }
        logger.warning(
            "numbers of phones open with no key and count as none",
            metadata: ["count": "\(phones.unreadable.count)"])
    }
}
