import PorticoHTTP
import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoValues

extension JobConsole {
    /// The routes with which programs of operators change when schedules fire.
    var scheduleRoutes: [Route] { [showSchedule, scheduleTimes, setSchedule, resetSchedule] }

    private static let schedulePath = JobConsole.path + "/schedules/{name}"

    private var showSchedule: Route {
        .json(
            .get, JobConsole.schedulePath, "showSchedule", "One schedule, with what the program says of it",
            access: ConsolePermission.read, cache: .privateRevalidated, refusals: [(404, "not_found")]
        ) { (_: RequestContext, named: ScheduleName) -> Reply<ScheduleAnswer> in
            .ok(ScheduleAnswer(standing: try await database.read { try schedule(named.name, in: $0) }))
        }
    }

    private var scheduleTimes: Route {
        .json(
            .get, JobConsole.schedulePath + "/times", "listScheduleTimes",
            "The next times at which a schedule would fire, without changing anything",
            access: ConsolePermission.read, refusals: [(404, "not_found")]
        ) { (context: RequestContext, input: ScheduleTimesInput) -> Reply<ScheduleTimesAnswer> in
            let standing = try await database.read { try schedule(input.name, in: $0) }
            let terms = input.terms(over: standing.terms)
            try JobConsole.refuse(terms, at: context.now)
            let times = try terms.times(JobConsole.timesShown, after: context.now)
            return .ok(ScheduleTimesAnswer(terms: terms, times: times))
        }
    }

    private var setSchedule: Route {
        .json(
            .put, JobConsole.schedulePath, "setSchedule",
            "Change when a schedule fires on all nodes, without a deployment",
            access: ConsolePermission.write,
            statuses: [(.ok, "It holds on each node when that looks next, within a second or so")],
            refusals: [(404, "not_found"), (412, "stale")]
        ) { (context: RequestContext, input: ScheduleTermsInput) -> Reply<ScheduleAnswer> in
            let standing = try await reschedule(
                input.name, by: context, expecting: { try context.precondition.require(ScheduleAnswer(standing: $0)) },
                to: { input.terms(over: $0) })
            return .ok(ScheduleAnswer(standing: standing))
        }
        .finding { [self] (_, named: ScheduleName) in
            _ = try await database.read { try schedule(named.name, in: $0) }
        }
    }

    private var resetSchedule: Route {
        .json(
            .delete, JobConsole.schedulePath, "resetSchedule", "Put what the program says of a schedule back in force",
            access: ConsolePermission.write,
            refusals: [(404, "not_found"), (409, "schedule_not_understood"), (412, "stale")]
        ) { (context: RequestContext, named: ScheduleName) -> Reply<ScheduleAnswer> in
            let standing = try await restoreSchedule(
                named.name, by: context,
                expecting: { try context.precondition.require(ScheduleAnswer(standing: $0)) })
            return .ok(ScheduleAnswer(standing: standing))
        }
    }
}

/// Times at which a schedule would fire.
struct ScheduleTimesAnswer: JSONRepresentable {
    let terms: ScheduleTerms
    let times: [Instant]

    static let schemaName = "JobScheduleTimes"
    static let example = ScheduleTimesAnswer(
        terms: ScheduleTerms(cron: "17 3 * * *", zone: "UTC"), times: [Instant(milliseconds: 1_795_317_420_000)])

    func write(to object: inout JSONObjectWriter) {
        object.field("cron", terms.cron, "When, as a cron expression")
        object.field("zone", terms.zone, "In which zone")
        object.field("times", times, "The next times")
    }
}
