import Portico

/// Webhooks for people: the form that makes one, and the page about it.
struct WebhookPageRoutes: Sendable {
    private struct Query: RouteInput {
        let id: Int64
        let cursor: String
        let done: String

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", "The webhook")
            cursor = fields.typed("cursor", "Where the page before ended")
            done = fields.typed("done", "What a form has just done")
        }
    }

    private struct DeliveryInPath: RouteInput {
        let id: Int64
        let delivery: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", "The webhook")
            delivery = fields.identifier("delivery", "The delivery")
        }
    }

    private static let path = "/settings/webhooks"
    private static let shown = 50

    let services: BagTrackingServices
    let desk: WebhookDesk

    var routes: [Route] {
        let named = [show, ping, secret.showingSecrets(), state("pause"), state("activate"), remove, redeliver].map {
            $0.finding(find)
        }
        return named + [add.showingSecrets()]
    }

    private func find(_ context: RequestContext, _ named: UserInPath) async throws {
        let subscription = try await services.database.read { try desk.subscription(named.id, owner: nil, in: $0) }
        guard subscription != nil else { throw Self.unknown }
    }

    private var show: Route {
        .page(
            .get, "\(Self.path)/{id}", "webhookPage", "One webhook and its deliveries",
            access: .permission("config.manage"), limit: BagLimits.admin
        ) { (context: RequestContext, input: Query) -> PageReply in
            var page = try await page(context, input.id, cursor: input.cursor.unlessEmpty)
            page.frame.notices = DoneNotice.notices(input.done)
            return page.reply()
        }
    }

    private var add: Route {
        .page(
            .post, Self.path, "submitWebhook", "Add a webhook by the form", access: .permission("config.manage"),
            limit: BagLimits.admin
        ) { [services, desk] (context: RequestContext, form: WebhookForm) -> PageReply in
            let caller = try BagCaller(context)
            do {
                let made = try await services.database.write { transaction in
                    let made = try desk.create(form.wish, owner: caller.userID, in: transaction)
                    try transaction.audit(
                        caller.entry(
                            "webhook.created", entity: String(made.subscription.id), after: made.subscription.audited))
                    return made
                }
                return try await shown(context, made.subscription, secret: made.secret.reveal())
            } catch let error as WebhookError {
                return try await refused(context, form, error)
            }
        }
    }

    private var ping: Route {
        deed("ping", "submitWebhookPing", "Send a message that says nothing, by the form", done: "ping") {
            [desk] id, _, transaction in _ = try desk.ping(id, owner: nil, in: transaction)
        }
    }

    private var secret: Route {
        .page(
            .post, "\(Self.path)/{id}/secret", "submitWebhookSecret", "Give a webhook another secret, by the form",
            access: .permission("config.manage"), limit: BagLimits.admin
        ) { [services, desk] (context: RequestContext, input: UserInPath) -> PageReply in
            let caller = try BagCaller(context)
            let made = try await Self.known {
                try await services.database.write { transaction in
                    let made = try desk.rotateSecret(input.id, owner: nil, in: transaction)
                    try transaction.audit(
                        caller.entry("webhook.rotated", entity: String(input.id), after: made.subscription.audited))
                    return made
                }
            }
            return try await shown(context, made.subscription, secret: made.secret.reveal())
        }
    }

    private func state(_ name: String) -> Route {
        let isActive = name == "activate"
        let route = isActive ? "submitWebhookStart" : "submitWebhookPause"
        return deed(
            name, route, isActive ? "Let a webhook hear again, by the form" : "Pause a webhook by the form",
            done: isActive ? "activated" : "paused"
        ) { [desk] id, caller, transaction in
            guard let before = try desk.subscription(id, owner: nil, in: transaction) else {
                throw WebhookError.unknown
            }
            let wish = WebhookWish(name: before.name, url: before.url, kinds: before.kinds)
            let after = try desk.change(id, to: wish, isActive: isActive, owner: nil, in: transaction)
            try transaction.audit(
                caller.entry("webhook.changed", entity: String(id), before: before.audited, after: after.audited))
        }
    }

    private var remove: Route {
        deed("delete", "submitWebhookRemoval", "Remove a webhook by the form", done: "removed") {
            [desk] id, caller, transaction in
            let removed = try desk.remove(id, owner: nil, in: transaction)
            try transaction.audit(caller.entry("webhook.deleted", entity: String(id), before: removed.audited))
        }
    }

    private var redeliver: Route {
        .page(
            .post, "\(Self.path)/{id}/deliveries/{delivery}/redeliver", "submitRedelivery",
            "Send a delivery again, by the form", access: .permission("config.manage"), limit: BagLimits.admin
        ) { [services, desk] (context: RequestContext, input: DeliveryInPath) -> PageReply in
            try await Self.known {
                try await services.database.write { transaction in
                    _ = try desk.redeliver(input.delivery, of: input.id, owner: nil, in: transaction)
                }
            }
            return .redirect(to: "\(context.mount)\(Self.path)/\(input.id)?done=redeliver")
        }
    }

    /// A form that does one thing in one transaction and leads on.
    private func deed(
        _ name: String, _ route: String, _ summary: String, done: String,
        act: @escaping @Sendable (Int64, BagCaller, Transaction) throws -> Void
    ) -> Route {
        .page(
            .post, "\(Self.path)/{id}/\(name)", route, summary, access: .permission("config.manage"),
            limit: BagLimits.admin
        ) { [services] (context: RequestContext, input: UserInPath) -> PageReply in
            let caller = try BagCaller(context)
            try await Self.known { try await services.database.write { try act(input.id, caller, $0) } }
            let page = done == "removed" ? "/settings" : "\(Self.path)/\(input.id)"
            return .redirect(to: "\(context.mount)\(page)?done=\(done)")
        }
    }

    // MARK: - Pages

    private func page(_ context: RequestContext, _ id: Int64, cursor: String? = nil) async throws -> WebhookPage {
        let (services, desk) = (services, desk)
        let catalog = try await services.presentCatalog()
        let list = ListCursor(signer: services.cursors, list: "webhooks/\(id)")
        let before = try list.id(cursor)
        let found = try await services.database.read { reading in
            (
                subscription: try desk.subscription(id, owner: nil, in: reading),
                deliveries: try desk.deliveries(of: id, before: before, limit: Self.shown, in: reading)
            )
        }
        guard let subscription = found.subscription else { throw Self.unknown }
        return WebhookPage(
            frame: try BagFrame(context, catalog), subscription: subscription, deliveries: found.deliveries.items,
            cursor: cursor, nextCursor: list.next(found.deliveries))
    }

    private func shown(
        _ context: RequestContext, _ subscription: WebhookSubscription, secret: String
    ) async throws -> PageReply {
        let frame = try BagFrame(context, try await services.presentCatalog())
        return WebhookPage(frame: frame, subscription: subscription, secret: secret).reply()
    }

    /// The page of settings with the form as it was sent, and what is wrong with it.
    private func refused(
        _ context: RequestContext, _ form: WebhookForm, _ error: WebhookError
    ) async throws -> PageReply {
        let settings = SettingsPageRoutes(
            services: services, catalog: CatalogStore(services: services), webhooks: desk)
        var page = try await settings.page(context)
        let (status, message) = Self.words(of: error)
        page.webhooks?.isOpen = true
        page.webhooks?.form = FormState(values: form.values, messages: [message])
        page.openForm = WebhooksPart.scope
        page.form = FormState(messages: [message])
        return page.reply(status)
    }

    private static func words(of error: WebhookError) -> (HTTPStatus, FieldMessage) {
        switch error {
        case .invalid(let field, let message):
            let name = field == "url" ? "The address" : field == "events" ? "The list of events" : "The name"
            return (422, FieldMessage(field, "\(name) \(message)."))
        case .tooMany(let limit): return (409, FieldMessage("", "You have \(limit) webhooks already."))
        case .unknown, .notActive: return (409, FieldMessage("", "The webhook is not active."))
        }
    }

    /// Errors of the desk as answers of their own.
    private static func known<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch WebhookError.notActive {
            throw Problem(409, "webhook_not_active", "The webhook is paused or given up. Activate it first.")
        } catch is WebhookError {
            throw unknown
        }
    }

    private static var unknown: Problem { Problem(404, "not_found", "There is no such webhook.") }
}

/// What the form that adds a webhook sends.
struct WebhookForm: RouteInput {
    /// What was typed and ticked.
    let values: [String: String]

    init(_ fields: inout FieldReader) {
        var values = [
            "url": fields.typed("url", "Where to call"), "name": fields.typed("name", "What it is called"),
        ]
        for kind in BagWebhooks.kinds {
            values[kind.name] = fields.typed(kind.name, "Anything: \(kind.summary)").unlessEmpty
        }
        self.values = values
    }

    var wish: WebhookWish {
        let url = ScannedText.tidied(values["url"] ?? "")
        let name = FreeText.trimmed(values["name"] ?? "")
        return WebhookWish(
            name: name.unlessEmpty ?? WebhookWish.name(of: url), url: url,
            kinds: BagWebhooks.kinds.map(\.name).filter { values[$0] != nil })
    }
}
