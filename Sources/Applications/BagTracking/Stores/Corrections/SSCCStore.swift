import Portico

/// Gives sacks their Serial Shipping Container Codes and takes them back (rule R7).
struct SSCCStore: Sendable {
    let services: BagTrackingServices

    /// How many serials are tried when numbers were entered by hand in the own range.
    private static let attempts = 100
    /// How many numbers behind a taken one are looked at together.
    private static let look = 1000

    /// Gives a sack a number, the next own one when none is given.
    /// - Returns: the answer, and whether the sack had the number already.
    /// - Throws: ``Refusal``, ``SQLError``.
    func assign(
        _ text: String?, to code: String, by caller: BagCaller
    ) async throws -> (answer: SSCCAnswer, isNew: Bool) {
        let wanted: SSCC?
        do throws(CodeError) {
            wanted = try text.map { given throws(CodeError) in try SSCC.parse(try ScannedText.normalise(given)) }
        } catch {
            throw Refusal(error)
        }
        return try await services.correct(by: caller) { work in
            let sack = try work.sack(code)
            let choice = try wanted.map { ($0, try Self.decide($0, sack, work)) } ?? Self.allocate(sack, work)
            switch choice.1 {
            case .refuse(let refusal): throw refusal
            case .unchanged: return (SSCCAnswer(code: sack.code, sscc: choice.0.text), false)
            case .assign:
                try Self.write(choice.0, sack, work)
                return (SSCCAnswer(code: sack.code, sscc: choice.0.text), true)
            }
        }
    }

    /// Takes a sack's number from it.
    /// - Throws: ``Refusal``, ``SQLError``.
    func release(from code: String, by caller: BagCaller) async throws {
        try await services.correct(by: caller) { work in
            let sack = try work.sack(code)
            guard let sscc = sack.sscc else {
                throw Refusal.notFound("sscc_not_assigned", "Sack \(sack.code) carries no SSCC.")
            }
            try work.transaction.executeLater(
                "sscc.release",
                """
                UPDATE sscc_assignments SET released_at = \(caller.now)
                WHERE sscc = \(sscc) AND bag_id = \(sack.id) AND released_at IS NULL
                """)
            try Self.set(nil, sack, work)
            let entry = caller.entry(
                "sscc.released", entity: sack.code, before: ["sscc": .string(sscc)], after: ["sscc": .null])
            try work.finish(entry, CounterChanges(), areas: [])
        }
    }

    // MARK: - Steps

    private static func decide(_ wanted: SSCC, _ sack: BagRow, _ work: CorrectionWork) throws -> SSCCDecision {
        let place = try work.lookup.place(of: sack)
        guard let facts = sack.sackFacts(place) else { throw LostRace() }
        let history = try work.transaction.all(
            "sscc.history",
            """
            SELECT b.code, s.released_at FROM sscc_assignments s JOIN bags b ON b.id = s.bag_id
            WHERE s.sscc = \(wanted.text)
            """
        ) { (code: try $0[0] as String, releasedAt: try $0[1] as Instant?) }
        let last = history.compactMap { row in row.releasedAt.map { SSCCFacts.Release(parentCode: row.code, at: $0) } }
            .max { $0.at < $1.at }
        return SSCCRules.decide(
            SSCCFacts(
                sack: facts, present: sack.sscc.flatMap { try? SSCC.parse($0) }, wanted: wanted,
                holder: history.first { $0.releasedAt == nil }?.code, lastRelease: last, now: work.caller.now))
    }

    /// The next number of the own range that nobody has or had lately.
    private static func allocate(_ sack: BagRow, _ work: CorrectionWork) throws -> (SSCC, SSCCDecision) {
        guard let prefix = work.services.settings.gs1CompanyPrefix else { throw Refusal.companyPrefixMissing() }
        if let present = sack.sscc.flatMap({ try? SSCC.parse($0) }) {
            throw Refusal.carriesSSCC(sack.code, present)
        }
        let digit = work.services.settings.ssccExtensionDigit
        for _ in 0..<attempts {
            let serial = try nextSerial("\(digit)\(prefix)", work.transaction)
            guard let sscc = SSCC(extensionDigit: digit, companyPrefix: prefix, serial: serial) else { break }
            let decision = try decide(sscc, sack, work)
            if case .refuse(let refusal) = decision, refusal.code != "bag_retired" {
                try passOver(sscc, serial, of: "\(digit)\(prefix)", work.transaction)
                continue
            }
            return (sscc, decision)
        }
        throw Refusal.conflict(
            "sscc_in_use", "The numbers of company prefix \(prefix) are used up. Enter a number yourself.")
    }

    /// Leaves the numbers behind that follow a taken one without a gap: any number may have been given by hand.
    private static func passOver(
        _ taken: SSCC, _ serial: Int64, of range: String, _ transaction: Transaction
    ) throws {
        let following = try transaction.all(
            "sscc.following",
            """
            SELECT DISTINCT sscc FROM sscc_assignments WHERE sscc > \(taken.text) AND sscc < \(range + ":")
            ORDER BY sscc LIMIT \(look)
            """
        ) { try $0[0] as String }
        var last = serial
        for number in following {
            guard Int64(number.dropFirst(range.utf8.count).dropLast()) == last + 1 else { break }
            last += 1
        }
        try transaction.execute(
            "sscc.pass_over", "UPDATE sscc_serials SET next_serial = \(last) WHERE number_range = \(range)")
    }

    private static func nextSerial(_ range: String, _ transaction: Transaction) throws -> Int64 {
        try transaction.scalar(
            "sscc.next",
            """
            INSERT INTO sscc_serials (number_range, next_serial) VALUES (\(range), 1)
            ON CONFLICT (number_range) DO UPDATE SET next_serial = sscc_serials.next_serial + 1
            RETURNING next_serial
            """, as: Int64.self) ?? 0
    }

    private static func write(_ sscc: SSCC, _ sack: BagRow, _ work: CorrectionWork) throws {
        let inserted = try work.transaction.execute(
            "sscc.assign",
            """
            INSERT INTO sscc_assignments (sscc, bag_id, assigned_at)
            VALUES (\(sscc.text), \(sack.id), \(work.caller.now))
            ON CONFLICT DO NOTHING
            """)
        // Somebody gave the number to another sack in between; look again.
        guard inserted == 1 else { throw LostRace() }
        try set(sscc, sack, work)
        let entry = work.caller.entry(
            "sscc.assigned", entity: sack.code, before: ["sscc": .null], after: ["sscc": .string(sscc.text)])
        try work.finish(entry, CounterChanges(), areas: [])
    }

    private static func set(_ sscc: SSCC?, _ sack: BagRow, _ work: CorrectionWork) throws {
        try work.transaction.executeLater(
            "bags.sscc",
            "UPDATE bags SET sscc = \(sscc?.text), updated_at = \(work.caller.now) WHERE id = \(sack.id)")
    }
}
