import Portico

/// The audit for people, and the check of its chain.
struct AuditPageRoutes: Sendable {
    let services: BagTrackingServices
    let accounts: AccountStore

    private static let listedPeople = 200

    var routes: [Route] {
        [
            .page(
                .get, "/audit", "auditPage", "Who changed what", access: .permission("audit.read"),
                limit: BagLimits.admin
            ) {
                (context: RequestContext, input: AuditPageQuery) -> PageReply in
                let page = try await page(context, input)
                return page.reply(page.messages.isEmpty ? .ok : 422)
            }
        ]
    }

    private func page(_ context: RequestContext, _ input: AuditPageQuery) async throws -> AuditPage {
        let days = DayFilter(from: input.filter.from, to: input.filter.to)
        let accounts = accounts
        let services = services
        let (catalog, people) = try await services.database.read { reading in
            (
                try services.catalog.catalog(in: reading),
                try accounts.accounts(limit: AuditPageRoutes.listedPeople, in: reading).items
            )
        }
        var page = AuditPage(
            frame: try BagFrame(context, catalog), filter: input.filter, messages: days.messages, rows: [],
            actors: people.map { Choice(String($0.id), $0.name) }, cursor: input.cursor.unlessEmpty)
        let finding = input.verifies ? try await services.chain.check() : try await services.chain.present()
        page.chain = finding.map { AuditPage.Chain($0.verification, at: $0.at) }
        guard days.messages.isEmpty else { return page }
        let list = try await AuditLog.page(input.query(days), cursors: services.cursors, in: services.database)
        page.rows = list.items.map { AuditPage.Row($0) }
        page.nextCursor = list.nextCursor
        return page
    }
}

/// The filter of the audit as the page sends it.
struct AuditPageQuery: RouteInput {
    let filter: AuditPage.Filter
    let cursor: String
    /// Whether the chain is to be checked first.
    let verifies: Bool

    init(_ fields: inout FieldReader) {
        filter = AuditPage.Filter(
            entityType: fields.typed("entity_type", "Only this kind of thing"),
            entityID: fields.typed("entity_id", "Only the thing with this code or id"),
            actorID: fields.typed("actor_id", "Only what this person did"),
            action: fields.typed("action", "Only this action"),
            from: fields.typed("from", "From this day on"), to: fields.typed("to", "Up to this day"))
        cursor = fields.typed("cursor", "Where the page before ended")
        verifies = fields.typed("verify", "1: check the whole chain") == "1"
    }

    /// The same for the store. An id that is none finds nothing.
    func query(_ days: DayFilter) -> AuditQuery {
        var query = AuditQuery(page: PageRequest(cursor: cursor.unlessEmpty))
        query.entityType = filter.entityType.unlessEmpty
        query.entityID = filter.entityID.unlessEmpty
        query.actorID = filter.actorID.unlessEmpty.map { Int64($0) ?? -1 }
        query.action = filter.action.unlessEmpty
        query.from = days.from
        query.to = days.to
        return query
    }
}
