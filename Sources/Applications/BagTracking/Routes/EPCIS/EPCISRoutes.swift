import Portico

/// The custody of bags as others read it: events of EPCIS 2.0 (rule R41).
struct EPCISRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [events] }

    /// What every answer says of the standards it keeps (EPCIS 2.0 §12.2).
    static let versions: [(name: String, value: String)] = [
        (name: "gs1-epcis-version", value: "2.0.0"), (name: "gs1-cbv-version", value: "2.0.0"),
    ]

    private var events: Route {
        .json(
            .get, "/api/v1/epcis/events", "listEPCISEvents", "Custody events as EPCIS 2.0, the oldest recorded first",
            access: .permission("epcis.read"), limit: BagLimits.read, refusals: [(422, "invalid_cursor")]
        ) { [services] (context: RequestContext, input: EPCISEventsInput) -> Reply<EPCISQueryDocument> in
            let query = input.query(publicURL: services.settings.publicURL)
            let cursor = ListCursor(signer: services.cursors, list: input.list(query))
            let position = try EPCISRoutes.position(cursor.position(input.token))
            let fetched = try await services.database.read(.mayLag) { reading in
                try CustodyArchive(reading).records(query, after: position, limit: input.perPage + 1)
            }
            let page = Page(fetched: fetched, limit: input.perPage, position: \.position.texts)
            let document = EPCISQueryDocument(
                madeAt: context.now, events: page.items.map { EPCISEvent($0, services.identifiers) })
            var headers = Headers(EPCISRoutes.versions)
            if let next = cursor.next(page) { headers.add("link", EPCISRoutes.link(to: next, context)) }
            return Reply(document, headers: headers)
        }
    }

    private static func position(_ texts: [String]?) throws -> EPCISPosition? {
        guard let texts else { return nil }
        guard let position = EPCISPosition(texts) else { throw ListCursor.refusal }
        return position
    }

    /// The same query, from the next page on (RFC 8288).
    private static func link(to token: String, _ context: RequestContext) -> String {
        let asked = PercentCoding.pairs(context.request.head.query) ?? []
        let kept = asked.filter { $0.name != "nextPageToken" } + [(name: "nextPageToken", value: token)]
        let query = kept.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }
        return "<\(context.mount)/api/v1/epcis/events?\(query.joined(separator: "&"))>; rel=\"next\""
    }
}
