import Portico

/// What a client wants to be told, and where it left off.
struct StreamInput: RouteInput {
    let topics: String
    let lastEventID: String?

    init(_ fields: inout FieldReader) {
        topics = fields.text(
            "topics", 1...2000, in: .query, example: "area:lucknow,stats",
            "Up to 20 of area:<code>, parent:<code>, bill:<id>, job:<id>, stats, imports, presence, presence:bill:<id>; "
                + "areas and sacks in part: area:<code>;kind=child;outcome=linked")
        // A page that opens a stream cannot set the header. Its browser sends it when it connects again by itself, to the
        // same address: then it is the newer of the two.
        let sent = fields.optionalText("last-event-id", 1...100, in: .header, "Id of the last message received")
        let asked = fields.optionalText(
            "last_event_id", 1...100, in: .query, "The same, for clients that cannot set the header; the header wins")
        lastEventID = sent ?? asked
    }
}

/// The live stream: server-sent events.
struct StreamRoutes: Sendable {
    let services: BagTrackingServices
    let live: LiveUpdates
    /// Who carries a request now, looked up without counting as a use of the session.
    let caller: @Sendable (RequestHead) async throws -> Principal?

    var routes: [Route] {
        let stream = live.stream
        return [
            .raw(
                .get, "/api/v1/stream", "stream",
                "Live updates as server-sent events: scan, bill, stats, job, presence, reset",
                access: .permission("stats.read"), limit: BagLimits.read, mediaType: "text/event-stream",
                refusals: [
                    (404, "area_not_found"), (404, "parent_not_found"), (404, "bill_not_found"), (404, "job_not_found"),
                    (429, "too_many_streams"),
                ]
            ) { [services, caller = self.caller] (context: RequestContext, input: StreamInput) -> Response in
                let watcher = try BagCaller(context)
                let topics = try await LiveTopics.parse(input.topics, for: watcher, services: services)
                let badge = LiveBadge(context.request.head, opened: context.principal, caller)
                let seat = Company(presence: services.presence, caller: watcher).seat()
                return try stream.response(
                    topics: topics, lastEventID: input.lastEventID, user: String(watcher.userID)
                ) {
                    await badge.standing()
                } whileOpen: {
                    await seat.renew()
                }
            }
        ]
    }
}
