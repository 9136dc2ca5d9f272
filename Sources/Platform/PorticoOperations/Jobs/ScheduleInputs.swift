import PorticoHTTP
import PorticoJobs

/// A schedule by name, with when it is to fire.
struct ScheduleTermsInput: RouteInput {
    let name: String
    private let cron: String
    private let zone: String
    private let missed: ScheduleMissed?
    private let most: Int?

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...100, in: .path, "Name of the schedule")
        cron = fields.text(
            "cron", 1...CronExpression.longest, example: "30 2 * * *",
            "When: minute, hour, day of the month, month, day of the week, or @hourly, @daily and their like")
        zone = fields.text(
            "zone", 1...JobZone.longestName, example: "UTC", "In which zone: a name, or a distance such as +05:30")
        missed = fields.optionalChoice(
            "missed", of: ScheduleMissed.self,
            "About missed times: skip: nothing; once: the latest, once; all: each of the last; as it is when absent")
        let range = Int64(ScheduleMissed.range.lowerBound)...Int64(ScheduleMissed.range.upperBound)
        most = fields.optionalInteger("missed_most", range, "Of how many, with all").map { Int($0) }
        guard !fields.isRecording else { return }
        let refused = Set(fields.errors.map(\.field))
        let said = ScheduleTerms(cron: cron, zone: zone)
        for fault in ScheduleFault.spelling(said) where !refused.contains(fault.field) {
            fields.refuse(fault.field, fault.code, fault.message)
        }
        if missed == .all, most == nil, !refused.contains("missed_most") {
            fields.refuse("missed_most", "required", "is missing; all needs to know of how many")
        }
    }

    /// The terms, where `present` has what was left out.
    func terms(over present: ScheduleTerms) -> ScheduleTerms {
        let catchUp = (missed ?? ScheduleMissed(present.catchUp))
            .catchUp(most: most ?? ScheduleMissed.most(present.catchUp) ?? 1)
        return ScheduleTerms(cron: cron, zone: zone, catchUp: catchUp)
    }
}

/// Times that are asked for without changing anything.
struct ScheduleTimesInput: RouteInput {
    let name: String
    private let cron: String?
    private let zone: String?

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...100, in: .path, "Name of the schedule")
        cron = fields.optionalText("cron", 1...CronExpression.longest, in: .query, "When; as it is when absent")
        zone = fields.optionalText("zone", 1...JobZone.longestName, in: .query, "In which zone; as it is when absent")
    }

    func terms(over present: ScheduleTerms) -> ScheduleTerms {
        ScheduleTerms(cron: cron ?? present.cron, zone: zone ?? present.zone, catchUp: present.catchUp)
    }
}

/// The page of a schedule, and what a form has just done with it.
struct SchedulePageQuery: RouteInput {
    let name: String
    let done: ConsoleQuery

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...100, in: .path, "Name of the schedule")
        done = ConsoleQuery(&fields)
    }
}

/// The form was made from terms that are not in force any more.
struct StaleSchedule: Error {}

/// The form that changes when a schedule fires. Everything is taken as it comes; the page says what is wrong.
struct ScheduleForm: RouteInput {
    let name: String
    /// What was typed, for the form that is shown again; with `seen`, what was in force when it was made.
    let values: [String: String]
    /// Whether only the times are asked for.
    let isLook: Bool

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...100, in: .path, "Name of the schedule")
        var values = [
            "cron": (fields.optionalText("cron", 0...1000, "When, as a cron expression") ?? "").withoutEdges,
            "zone": (fields.optionalText("zone", 0...1000, "In which zone") ?? "").withoutEdges,
            "missed": fields.optionalText("missed", 0...20, "What is done about missed times") ?? "",
            "missed_most":
                (fields.optionalText("missed_most", 0...20, "Of how many of them, where that is to be said") ?? "")
                .withoutEdges,
        ]
        isLook = fields.optionalText("look", 0...20, "Anything where only the coming times are asked for") != nil
        values["seen"] = fields.optionalText("seen", 0...1000, "What was in force when the form was made")
        self.values = values
    }

    /// - Throws: ``StaleSchedule`` when something else is in force than the form was made from.
    func requireSeen(_ standing: ScheduleStanding) throws {
        guard let seen = values["seen"], seen != standing.terms.words else { return }
        throw StaleSchedule()
    }

    /// What was typed, as far as it can be understood without the clock.
    var terms: ScheduleTerms {
        let missed = ScheduleMissed(rawValue: values["missed"] ?? "") ?? .once
        return ScheduleTerms(
            cron: values["cron"] ?? "", zone: values["zone"] ?? "", catchUp: missed.catchUp(most: most ?? 1))
    }

    private var most: Int? {
        Int(values["missed_most"] ?? "").flatMap { ScheduleMissed.range.contains($0) ? $0 : nil }
    }

    /// What is wrong with what is said of missed times.
    var wrongMissed: (field: String, message: String)? {
        guard let missed = ScheduleMissed(rawValue: values["missed"] ?? "") else {
            return ("missed", "Choose what is done about missed times.")
        }
        guard missed == .all, most == nil else { return nil }
        return ("missed_most", "Enter a whole number from 1 to 1,000.")
    }
}
