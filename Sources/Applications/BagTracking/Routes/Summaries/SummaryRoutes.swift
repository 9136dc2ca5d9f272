import Portico

/// The summary of a day, and sending it (rules R39, R40).
struct SummaryRoutes: Sendable {
    let services: BagTrackingServices
    let summaries: SummaryReader

    static let reading = Access.anyPermission(["summary.read_own", "summary.read_all"])

    var routes: [Route] { [daily, send] }

    private struct DayInput: RouteInput {
        let day: WarehouseDay
        let areaCode: String?

        init(_ fields: inout FieldReader) {
            let date = fields.optionalDate("date", required: true, "The day, in the time of the warehouses")
            // A date that is missing or none has been refused by now.
            day = WarehouseDay(date: date ?? CalendarDate(daysSinceEpoch: 0))
            areaCode = fields.optionalText("area_code", 1...30, "Only this area")
        }
    }

    private struct SendInput: RouteInput {
        let day: WarehouseDay

        init(_ fields: inout FieldReader) {
            let date = fields.optionalDate("date", required: true, "A day that is over")
            day = WarehouseDay(date: date ?? CalendarDate(daysSinceEpoch: 0))
        }
    }

    private var daily: Route {
        .json(
            .get, "/api/v1/summaries/daily", "getDailySummary", "What was done in one day",
            access: SummaryRoutes.reading,
            limit: BagLimits.read, cache: .privateRevalidated, refusals: [(404, "area_not_found")]
        ) { [services, summaries] (context: RequestContext, input: DayInput) -> Reply<SummaryAnswer> in
            let caller = try BagCaller(context)
            let area = try await services.area(input.areaCode, of: caller)
            let subject = SummarySubject(
                day: input.day, scope: SummaryScope(of: caller), areaCode: area)
            return .ok(SummaryAnswer(summary: try await summaries.find(subject, at: context.now).summary))
        }
    }

    private var send: Route {
        .json(
            .post, "/api/v1/summaries/daily/send", "sendDailySummary",
            "Mail the summary of a day to everybody who gets it and has not got it yet",
            access: .permission("summary.send"), limit: BagLimits.write,
            statuses: [(.accepted, "A job sends it; its result has `queued` and `already_sent`")],
            refusals: [(409, "day_not_over")]
        ) { [services] (context: RequestContext, input: SendInput) -> Reply<JobAnswer> in
            let caller = try BagCaller(context)
            let record = try await services.send(input.day, by: caller)
            return Reply(
                JobAnswer(record), status: .accepted,
                headers: ["location": JobRoutes.address(of: record.id, below: context.mount)])
        }
    }
}

extension SummaryScope {
    /// What a caller may read.
    init(of caller: BagCaller) {
        self = caller.may("summary.read_all") ? .all : .own(caller.userID)
    }
}

extension BagTrackingServices {
    /// Has the summary of a day mailed to those who have not got it.
    /// - Returns: the job; the one that is at it already where there is one.
    /// - Throws: ``Refusal`` 409 for a day that is not over, ``SQLError``.
    func send(_ day: WarehouseDay, by caller: BagCaller) async throws -> JobRecord {
        guard day.isOver(at: caller.now) else { throw Refusal.dayNotOver(day.date.text) }
        return try await database.write { [jobs] transaction in
            let ticket = try jobs.enqueue(
                SendSummaries(day: day), JobOptions(owner: caller.userID), in: transaction)
            guard let record = try jobs.record(ticket.id, in: transaction) else {
                throw SQLError(.other, message: "a job that was enqueued is not there")
            }
            return record
        }
    }
}
