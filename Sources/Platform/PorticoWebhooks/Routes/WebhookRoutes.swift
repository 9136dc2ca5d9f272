import PorticoHTTP
import PorticoIdentity
import PorticoJSON
import PorticoSQL
import PorticoValues

/// The routes on which people subscribe to events and see what became of the deliveries.
public struct WebhookRoutes: Sendable {
    private static let path = "/api/v1/webhooks"

    let desk: WebhookDesk
    let cursors: CursorSigner
    private let access: Access
    private let permission: String?
    private let limit: LimitClass

    /// Routes of an application.
    /// - Parameters:
    ///   - access: who may have webhooks of their own.
    ///   - permission: who has it sees and changes those of others too; nil for nobody.
    ///   - limit: how often they may be called.
    public init(
        desk: WebhookDesk, cursors: CursorSigner, access: Access = .signedIn, permission: String? = nil,
        limit: LimitClass = .pages
    ) {
        self.desk = desk
        self.cursors = cursors
        self.access = access
        self.permission = permission
        self.limit = limit
    }

    /// All of them.
    public var routes: [Route] {
        let named = [show, change, remove, deliveries, delivery, redeliver, ping].map { $0.finding(find) }
        return ([create.showingSecrets(), rotate.showingSecrets(), list] + named).map { $0.limited(by: limit) }
    }

    /// Looks for the webhook that a path names.
    /// - Throws: ``Problem`` 404, ``SQLError``.
    private func find(_ context: RequestContext, _ named: WebhookTarget) async throws {
        let owner = try owner(context)
        _ = try await desk.database.read { try known(desk.subscription(named.id, owner: owner, in: $0)) }
    }

    private var list: Route {
        .json(
            .get, WebhookRoutes.path, "listWebhooks", "Your webhooks", access: access, cache: .privatePage,
            refusals: [(422, "invalid_cursor")]
        ) { (context: RequestContext, page: PageRequest) -> Reply<ListAnswer<WebhookSubscription>> in
            let owner = try owner(context)
            let before = try position(page.cursor, list: "webhooks/\(owner ?? 0)")
            let found = try await desk.database.read {
                try desk.subscriptions(owner: owner, before: before, limit: page.limit, in: $0)
            }
            return .ok(answer(found, list: "webhooks/\(owner ?? 0)"))
        }
    }

    private var show: Route {
        .json(
            .get, WebhookRoutes.path + "/{id}", "showWebhook", "One of your webhooks", access: access,
            cache: .privatePage
        ) { (context: RequestContext, input: WebhookTarget) -> Reply<WebhookSubscription> in
            let owner = try owner(context)
            return .ok(try await desk.database.read { try known(desk.subscription(input.id, owner: owner, in: $0)) })
        }
    }

    private var create: Route {
        .json(
            .post, WebhookRoutes.path, "createWebhook", "Be called when things happen; the secret is shown once",
            access: access, statuses: [(.created, "Made; keep the secret now")], refusals: [(409, "too_many_webhooks")]
        ) { (context: RequestContext, input: WebhookInput) -> Reply<NewWebhook> in
            let owner = try context.caller.accountID
            let made = try await translated {
                try await desk.database.write { transaction in
                    let made = try desk.create(input.wish, owner: owner, in: transaction)
                    try transaction.audit(entry("webhook.created", made.subscription, context))
                    return made
                }
            }
            return .created(
                NewWebhook(subscription: made.subscription, secret: made.secret.reveal()),
                at: "\(context.mount)\(WebhookRoutes.path)/\(made.subscription.id)")
        }
    }

    private var change: Route {
        .json(
            .put, WebhookRoutes.path + "/{id}", "changeWebhook", "Change, pause or activate a webhook", access: access
        ) { (context: RequestContext, input: WebhookChange) -> Reply<WebhookSubscription> in
            let owner = try owner(context)
            let changed = try await translated {
                try await desk.database.write { transaction in
                    let before = try known(desk.subscription(input.id, owner: owner, in: transaction))
                    let changed = try desk.change(
                        input.id, to: input.input.wish, isActive: input.isActive, owner: owner, in: transaction)
                    try transaction.audit(
                        AuditEntry(
                            "webhook.changed", entity: "\(changed.id)", before: before.audited, after: changed.audited,
                            by: context))
                    return changed
                }
            }
            return .ok(changed)
        }
    }

    private var rotate: Route {
        .json(
            .post, WebhookRoutes.path + "/{id}/secret", "rotateWebhookSecret",
            "Another secret, which is shown once; the present one signs beside it for a while", access: access
        ) { (context: RequestContext, input: WebhookTarget) -> Reply<NewWebhook> in
            let owner = try owner(context)
            let made = try await translated {
                try await desk.database.write { transaction in
                    let made = try desk.rotateSecret(input.id, owner: owner, in: transaction)
                    try transaction.audit(entry("webhook.rotated", made.subscription, context))
                    return made
                }
            }
            return .ok(NewWebhook(subscription: made.subscription, secret: made.secret.reveal()))
        }
    }

    private var remove: Route {
        .json(
            .delete, WebhookRoutes.path + "/{id}", "deleteWebhook", "Remove a webhook with its deliveries",
            access: access, statuses: [(.noContent, "Removed")]
        ) { (context: RequestContext, input: WebhookTarget) -> Reply<NoContent> in
            let owner = try owner(context)
            try await translated {
                try await desk.database.write { transaction in
                    let removed = try desk.remove(input.id, owner: owner, in: transaction)
                    try transaction.audit(
                        AuditEntry("webhook.deleted", entity: "\(removed.id)", before: removed.audited, by: context))
                }
            }
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var deliveries: Route {
        .json(
            .get, WebhookRoutes.path + "/{id}/deliveries", "listWebhookDeliveries", "What became of its deliveries",
            access: access, cache: .privatePage, refusals: [(422, "invalid_cursor")]
        ) { (context: RequestContext, input: WebhookDeliveryFilter) -> Reply<ListAnswer<WebhookDelivery>> in
            let owner = try owner(context)
            let name = "webhooks/\(input.id)/\(input.state?.rawValue ?? "all")"
            let before = try position(input.page.cursor, list: name)
            let found = try await desk.database.read { reading in
                _ = try known(desk.subscription(input.id, owner: owner, in: reading))
                return try desk.deliveries(
                    of: input.id, state: input.state, before: before, limit: input.page.limit, in: reading)
            }
            return .ok(answer(found, list: name))
        }
    }

    private var delivery: Route {
        .json(
            .get, WebhookRoutes.path + "/{id}/deliveries/{delivery}", "showWebhookDelivery",
            "A delivery with its message and its tries", access: access, cache: .privatePage
        ) { (context: RequestContext, input: WebhookDeliveryTarget) -> Reply<WebhookDeliveryRecord> in
            let owner = try owner(context)
            let found = try await desk.database.read { reading in
                _ = try known(desk.subscription(input.id, owner: owner, in: reading))
                return try known(desk.record(input.delivery, of: input.id, in: reading))
            }
            return .ok(found)
        }
    }

    private var redeliver: Route {
        .json(
            .post, WebhookRoutes.path + "/{id}/deliveries/{delivery}/redeliver", "redeliverWebhook",
            "Send a delivery again", access: access, statuses: [(.accepted, "It is on its way")],
            refusals: [(409, "webhook_not_active")]
        ) { (context: RequestContext, input: WebhookDeliveryTarget) -> Reply<WebhookDelivery> in
            let owner = try owner(context)
            let sent = try await translated {
                try await desk.database.write {
                    try desk.redeliver(input.delivery, of: input.id, owner: owner, in: $0)
                }
            }
            return Reply(sent, status: .accepted)
        }
    }

    private var ping: Route {
        .json(
            .post, WebhookRoutes.path + "/{id}/ping", "pingWebhook", "Send a message that says nothing",
            access: access, statuses: [(.accepted, "It is on its way")], refusals: [(409, "webhook_not_active")]
        ) { (context: RequestContext, input: WebhookTarget) -> Reply<WebhookDelivery> in
            let owner = try owner(context)
            let sent = try await translated {
                try await desk.database.write { try desk.ping(input.id, owner: owner, in: $0) }
            }
            return Reply(sent, status: .accepted)
        }
    }

    /// Whose webhooks the caller sees: nil for everybody's.
    private func owner(_ context: RequestContext) throws -> Int64? {
        let caller = try context.caller
        return permission.map { caller.may($0) } ?? false ? nil : caller.accountID
    }
}
