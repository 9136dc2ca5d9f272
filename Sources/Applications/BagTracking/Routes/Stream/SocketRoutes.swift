import Portico

/// The live topics over a WebSocket, and a few questions that can be asked over it.
struct SocketRoutes: Sendable {
    let services: BagTrackingServices
    let live: LiveUpdates
    let stats: StatsReader
    /// Who carries a request now, looked up without counting as a use of the session.
    let caller: @Sendable (RequestHead) async throws -> Principal?

    var routes: [Route] {
        let sockets = live.sockets([figures, bag])
        return [
            .raw(
                .get, "/api/v1/socket", "socket", SocketRoutes.summary, access: .permission("stats.read"),
                limit: BagLimits.read, mediaType: "application/json",
                refusals: [
                    (400, "websocket_handshake"), (400, "websocket_subprotocol"), (403, "origin_refused"),
                    (426, "websocket_expected"), (426, "websocket_version"), (429, "too_many_sockets"),
                ]
            ) { [services, caller = self.caller] (context: RequestContext, _: NoInput) -> Response in
                let watcher = try BagCaller(context)
                let badge = LiveBadge(context.request.head, opened: context.principal, caller)
                let seat = Company(presence: services.presence, caller: watcher).seat()
                return try sockets.response(
                    to: context.request.head, user: String(watcher.userID), caller: context.principal,
                    site: context.site,
                    authorise: { name in try await LiveTopics.one(name, for: watcher, services: services) },
                    standing: { await badge.standing() },
                    renew: badge.renewal,
                    whileOpen: { await seat.renew() })
            }
            .switchingProtocols(SocketRoutes.protocolDescription)
        ]
    }

    private static let summary = "Live updates over a WebSocket: the topics of the stream, and calls"

    /// As far as an API document can say it.
    private static let protocolDescription = """
        The connection speaks WebSocket (RFC 6455), subprotocol portico.topics.v1, in JSON texts. The client sends subscribe \
        (topic, last_id), unsubscribe (topic), call (name, input) and authenticate (token), each with a ref that comes back. It \
        is told subscribed, unsubscribed, refused, result, error, authenticated, token_needed, reset, and message (topic, id, \
        event, data). Topics, events and data are those of GET stream, at most 20 topics. Calls: stats (area_code), bag (code).
        """

    // MARK: - Calls

    private var figures: SocketCall {
        SocketCall("stats", access: .permission("stats.read")) {
            [services, stats] (principal: Principal, input: AreaInput) -> StatsAnswer in
            let area = try await services.area(input.areaCode, of: SocketRoutes.watcher(principal, services))
            let figures = try await stats.figures(area: area, in: services.database)
            return StatsAnswer(stats: figures.stats, asOf: figures.asOf)
        }
    }

    private var bag: SocketCall {
        SocketCall("bag", access: .permission("bag.read")) {
            [services] (principal: Principal, input: BagQuestion) -> BagDetailAnswer in
            let watcher = SocketRoutes.watcher(principal, services)
            let dossier = try await services.database.read { reading in
                try services.finder(reading, for: watcher).dossier(input.code)
            }
            return try BagDetailAnswer(dossier, services.identifiers)
        }
    }

    /// Calls only read, so that nothing is written down of who asked. They carry no position of what their caller has written,
    /// as requests do, and so read the primary, where all of it is.
    private static func watcher(_ principal: Principal, _ services: BagTrackingServices) -> BagCaller {
        BagCaller(
            userID: principal.accountID, name: principal.name, areaCode: principal.attributes["area_code"],
            permissions: principal.permissions, requestID: "", address: "", now: services.clock.now())
    }
}

/// Which sack or bag is meant.
private struct BagQuestion: RouteInput {
    let code: String

    init(_ fields: inout FieldReader) {
        code = fields.text("code", 1...200, example: "SB00012", "Code of a sack or bag, or a sack's SSCC")
    }
}
