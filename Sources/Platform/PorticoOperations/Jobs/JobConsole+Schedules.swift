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
    /// - Returns: how it stands then.
    /// - Throws: ``Problem`` 404 for a schedule that is not there, 422 for terms under which it can't fire; ``SQLError``.
    func reschedule(_ name: String, to terms: ScheduleTerms, by context: RequestContext) async throws
        -> ScheduleStanding
    {
        try await database.write { [self] transaction in
            let before = try schedule(name, in: transaction)
            do {
                try queue.reschedule(name, to: terms, in: transaction)
            } catch let error as ScheduleError {
                let wrong = ScheduleFault(error, terms)
                throw Problem(422, "validation_failed", "The schedule can't fire so.", errors: [wrong.fieldError])
            }
            let after = try schedule(name, in: transaction)
            guard after.terms != before.terms || after.editedAt != before.editedAt else { return after }
            try transaction.audit(
                AuditEntry(
                    "schedule.changed", entity: name, before: before.terms.audited, after: after.terms.audited,
                    by: context))
            return after
        }
    }

    /// Goes back to what the program says.
    /// - Returns: how it stands then.
    /// - Throws: ``Problem`` 404 for a schedule that is not there; ``ScheduleError``, ``SQLError``.
    func restoreSchedule(_ name: String, by context: RequestContext) async throws -> ScheduleStanding {
        try await database.write { [self] transaction in
            let before = try schedule(name, in: transaction)
            guard before.editedAt != nil else { return before }
            try queue.restoreSchedule(name, in: transaction)
            let after = try schedule(name, in: transaction)
            try transaction.audit(
                AuditEntry(
                    "schedule.restored", entity: name, before: before.terms.audited, after: after.terms.audited,
                    by: context))
            return after
        }
    }
}

/// Why a schedule can't fire as somebody wants it to, and in which field that stands.
struct ScheduleFault: Sendable {
    let field: String
    let code: String
    let message: String

    /// What is wrong with terms; nil when nothing is.
    static func of(_ terms: ScheduleTerms, at now: Instant) -> ScheduleFault? {
        do throws(ScheduleError) {
            guard try terms.times(1, after: now).isEmpty else { return nil }
            return ScheduleFault(
                field: "cron", code: "invalid_cron", message: "\"\(terms.cron)\": it never comes true.")
        } catch {
            return ScheduleFault(error, terms)
        }
    }

    var fieldError: Problem.FieldError { Problem.FieldError(field: field, code: code, message: message) }
}

extension ScheduleFault {
    /// The fault of terms that were refused.
    init(_ error: ScheduleError, _ terms: ScheduleTerms) {
        let isZone = error.text == terms.zone && (try? CronExpression(terms.cron)) != nil
        self.init(
            field: isZone ? "zone" : "cron", code: isZone ? "unknown_zone" : "invalid_cron",
            message: "\"\(error.text)\": \(error.reason).")
    }
}

extension ScheduleTerms {
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
