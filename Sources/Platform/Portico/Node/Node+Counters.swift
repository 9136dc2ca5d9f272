import Logging

/// What commands do with the figures an application keeps beside its rows.
extension Node {
    /// Every counter of an application beside what its rows say, in one snapshot. Changes nothing.
    /// - Returns: nothing where the application keeps no counters.
    /// - Throws: ``Settings/Mistake``, ``SQLError``.
    public static func compareCounters(
        of application: any Application, settings: Settings, logger: Logger
    ) async throws -> [KeptCounters.Line] {
        guard let counters = application.counters else { return [] }
        let address = try DatabaseAddress(settings, application: application.id)
        return try await withOpen(address, application, settings, logger) { database in
            try await database.readAtLength(.present) { try counters.compare($0) }
        }
    }

    /// Has every counter say what its rows say, in one transaction with the row of the audit that tells who ordered it and
    /// what was wrong. Nodes may run meanwhile. Where all agree nothing is changed and nothing is audited.
    /// - Parameter person: who ordered it, as the audit keeps it.
    /// - Returns: every counter as it was found.
    /// - Throws: ``Settings/Mistake``, ``DataMoveRefusal``, ``SQLError``.
    public static func rebuildCounters(
        of application: any Application, by person: String, settings: Settings, logger: Logger
    ) async throws -> [KeptCounters.Line] {
        guard let counters = application.counters else { return [] }
        let address = try DatabaseAddress(settings, application: application.id)
        let now = Clock().now()
        return try await withOpen(address, application, settings, logger) { database in
            try await MoveLedger.refuseUnfinished(database, of: application.id)
            return try await database.write { transaction in
                let found = try counters.rebuild(transaction)
                let wrong = found.filter { !$0.isRight }
                if !wrong.isEmpty { try transaction.audit(entry(wrong, by: person, at: now)) }
                return found
            }
        }
    }

    private static func entry(_ wrong: [KeptCounters.Line], by person: String, at now: Instant) -> AuditEntry {
        let before = wrong.map { (key: $0.name, value: JSONValue.integer($0.kept)) }
        var after: [(key: String, value: JSONValue)] = [(key: "operator", value: .string(person))]
        for line in wrong { after.append((key: line.name, value: .integer(line.counted))) }
        return AuditEntry("counters.rebuilt", entity: nil, before: .object(before), after: .object(after), at: now)
    }
}
