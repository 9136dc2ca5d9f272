import Portico

/// What a client wants to be told, and where it left off.
struct StreamInput: RouteInput {
    let topics: String
    let lastEventID: String?

    init(_ fields: inout FieldReader) {
        topics = fields.text(
            "topics", 1...2000, in: .query, example: "area:lucknow,stats",
            "Up to 20 of area:<code>, parent:<code>, stats")
        lastEventID = fields.optionalText("last-event-id", 1...100, in: .header, "Id of the last message received")
    }
}

/// The live stream: server-sent events.
struct StreamRoutes: Sendable {
    let services: BagTrackingServices
    let live: LiveUpdates

    var routes: [Route] {
        [
            .raw(
                .get, "/api/v1/stream", "stream", "Live updates as server-sent events: scan, stats, reset",
                access: .permission("stats.read"), limit: BagLimits.read, mediaType: "text/event-stream",
                refusals: [(404, "area_not_found"), (404, "parent_not_found")]
            ) { [services, live] (context: RequestContext, input: StreamInput) -> Response in
                let caller = try BagCaller(context)
                let topics = try await services.database.read { reading in
                    try LiveTopics.parse(input.topics, for: caller, services: services, in: reading)
                }
                return live.stream.response(topics: topics, lastEventID: input.lastEventID)
            }
        ]
    }
}
