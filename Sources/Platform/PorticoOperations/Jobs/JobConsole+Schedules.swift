import PorticoHTTP
import PorticoIdentity
import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoValues

/// How operators change when schedules fire.
extension JobConsole {
    /// How many of the coming times are shown.
    static let timesShown = 3

    /// Changes when a schedule fires, until somebody goes back to what the program says.
    /// - Parameters:
    ///   - check: throws where it does not stand as the caller has seen it.
    ///   - wanted: the new terms, given those in force.
    /// - Returns: how it stands then.
    /// - Throws: ``Problem`` 404 for a schedule that is not there, 422 for terms under which it can't fire; ``SQLError``.
    func reschedule(
        _ name: String, by context: RequestContext,
        expecting check: @escaping @Sendable (ScheduleStanding) throws -> Void,
        to wanted: @escaping @Sendable (ScheduleTerms) -> ScheduleTerms
    ) async throws -> ScheduleStanding {
        try await database.write { [self] transaction in
            let before = try hold(name, in: transaction)
            try check(before)
            let terms = wanted(before.terms)
            try JobConsole.refuse(terms, at: context.now)
            try queue.reschedule(name, to: terms, in: transaction)
            let after = try schedule(name, in: transaction)
            guard after.terms != before.terms || after.editedAt != before.editedAt else { return after }
            try transaction.audit(
                AuditEntry(
                    "schedule.changed", entity: name, before: before.terms.audited, after: after.terms.audited,
                    by: context))
            return after
        }
    }

    /// - Throws: ``Problem`` 422 for terms under which no schedule can fire.
    static func refuse(_ terms: ScheduleTerms, at now: Instant) throws {
        let faults = ScheduleFault.all(of: terms, at: now)
        guard faults.isEmpty else { throw Problem.validation(faults.map(\.fieldError)) }
    }

    /// Goes back to what the program says.
    /// - Parameter check: throws where it does not stand as the caller has seen it.
    /// - Returns: how it stands then.
    /// - Throws: ``Problem`` 404 for a schedule that is not there, 409 where this node does not understand what the program
    ///   says; ``SQLError``.
    func restoreSchedule(
        _ name: String, by context: RequestContext,
        expecting check: @escaping @Sendable (ScheduleStanding) throws -> Void = { _ in }
    ) async throws -> ScheduleStanding {
        try await database.write { [self] transaction in
            let before = try hold(name, in: transaction)
            try check(before)
            guard before.editedAt != nil else { return before }
            _ = try JobConsole.understood { try queue.restoreSchedule(name, in: transaction) }
            let after = try schedule(name, in: transaction)
            try transaction.audit(
                AuditEntry(
                    "schedule.restored", entity: name, before: before.terms.audited, after: after.terms.audited,
                    by: context))
            return after
        }
    }
}

extension JobConsole {
    /// One schedule, which nobody else changes until the end of the transaction: what the audit says was before, was.
    /// - Throws: ``Problem`` 404; ``SQLError``.
    private func hold(_ name: String, in transaction: Transaction) throws -> ScheduleStanding {
        guard let standing = try queue.hold(schedule: name, in: transaction) else { throw JobConsole.noSuchSchedule }
        return standing
    }

    /// A zone that the program knows on other nodes may not be known here, where files of zones are missing.
    /// - Throws: ``Problem`` 409 in place of a ``ScheduleError``.
    static func understood(_ change: () throws -> Bool) throws -> Bool {
        do {
            return try change()
        } catch let error as ScheduleError {
            throw Problem(409, "schedule_not_understood", "This node can't tell when it would fire. \(error).")
        }
    }
}

/// Why a schedule can't fire as somebody wants it to, and in which field that stands.
struct ScheduleFault: Sendable {
    let field: String
    let code: String
    let message: String

    private init(_ field: String, _ code: String, _ text: String, _ reason: String) {
        self.field = field
        self.code = code
        message = "\"\(text)\": \(reason)."
    }

    /// What is wrong with terms, in the order of the fields; nothing when they will do.
    static func all(of terms: ScheduleTerms, at now: Instant) -> [ScheduleFault] {
        let faults = spelling(terms)
        guard faults.isEmpty, ((try? terms.times(1, after: now)) ?? []).isEmpty else { return faults }
        return [ScheduleFault("cron", "never_fires", terms.cron, "it never comes true")]
    }

    /// What is wrong with terms whatever the time.
    static func spelling(_ terms: ScheduleTerms) -> [ScheduleFault] {
        var faults: [ScheduleFault] = []
        do throws(ScheduleError) {
            _ = try CronExpression(terms.cron)
        } catch {
            faults.append(ScheduleFault("cron", "invalid_cron", terms.cron, error.reason))
        }
        do throws(ScheduleError) {
            _ = try JobZone.named(terms.zone)
        } catch {
            faults.append(ScheduleFault("zone", "unknown_zone", terms.zone, error.reason))
        }
        return faults
    }

    var fieldError: Problem.FieldError { Problem.FieldError(field: field, code: code, message: message) }
}

extension ScheduleTerms {
    /// All of them in one line, the same for the same terms.
    var words: String { "\(cron) | \(zone) | \(ScheduleMissed.words(catchUp))" }

    /// As the audit keeps them.
    fileprivate var audited: JSONValue {
        ["cron": .string(cron), "zone": .string(zone), "missed": .string(ScheduleMissed.words(catchUp))]
    }
}

/// What is done about times at which no node was there, as it is sent.
enum ScheduleMissed: String, CaseIterable, Sendable {
    case skip, once, all

    /// How many of them may be run for.
    static let range = 1...1000

    init(_ catchUp: Schedule.CatchUp) {
        self =
            switch catchUp {
            case .skip: .skip
            case .once: .once
            case .all: .all
            }
    }

    /// With how many of them are run for.
    func catchUp(most: Int) -> Schedule.CatchUp {
        switch self {
        case .skip: .skip
        case .once: .once
        case .all: .all(limit: most)
        }
    }

    /// How many are run for; nil where that is not said.
    static func most(_ catchUp: Schedule.CatchUp) -> Int? {
        guard case .all(let limit) = catchUp else { return nil }
        return limit
    }

    /// `skip`, `once`, `all 12`.
    static func words(_ catchUp: Schedule.CatchUp) -> String {
        let word = ScheduleMissed(catchUp).rawValue
        return most(catchUp).map { "\(word) \($0)" } ?? word
    }
}
