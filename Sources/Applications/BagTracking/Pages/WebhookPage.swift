import Portico

/// `GET /bags/settings/webhooks/{id}`: one webhook, and what became of its deliveries.
///
/// Forms, all POST below that address with `_csrf` and `idempotency_key`: `/ping`, `/secret`, `/pause`, `/activate`,
/// `/delete`, `/deliveries/{delivery}/redeliver`. The answer to the form that makes it, and to `/secret`, shows the secret,
/// once.
struct WebhookPage: BagPage {
    var frame: BagFrame
    var subscription: WebhookSubscription
    var deliveries: [WebhookDelivery] = []
    /// The secret, in the one answer that shows it.
    var secret: String?
    var cursor: String?
    var nextCursor: String?

    var title: String { subscription.name }
    var place: BagSection? { .settings }

    /// The address of the page about a webhook.
    static func address(_ id: Int64) -> String { "/bags/settings/webhooks/\(id)" }

    private var path: String { WebhookPage.address(subscription.id) }

    var content: HTML {
        """
        \(PageHeading(
            "\(subscription.name) \(WebhooksPart.badge(subscription))", back: ("Settings", "/bags/settings")))
        \(secretNotice)
        <div class="columns"><div class="stack">\(log)</div>\
        <div class="stack"><section class="block" aria-labelledby="facts-title"><h2 id="facts-title">Facts</h2>\(facts)\
        </section>\(actions)</div></div>
        """
    }

    private var secretNotice: HTML? {
        guard let secret else { return nil }
        let notice = Notice(
            "Keep this secret now: it is not shown again", tone: .warn,
            detail: """
                <span class="code epc">\(secret)</span> The receiver checks signatures with it, as Standard Webhooks says.
                """)
        return "<div class=\"notices\">\(notice)</div>"
    }

    private var facts: DefinitionList {
        DefinitionList([
            "Address": "<span class=\"code epc\">\(subscription.url)</span>",
            "Hears": "\(subscription.kinds.joined(separator: ", "))",
            "Failing since": subscription.failingSince.map { frame.time($0).html },
            "Given up because": subscription.reason.map { "\($0)" },
            "Made": frame.time(subscription.createdAt).html,
        ])
    }

    // MARK: - Deliveries

    private var log: HTML {
        let columns: [DataTable.Column] = [
            .init("Event"), .init("Since"), .init("State"), .init("Tries", .number), .init("Last answer"),
            .init("Again"),
        ]
        let table = DataTable(caption: "Deliveries", columns: columns, rows: deliveries.map(line))
        let none = EmptyState(
            "Nothing was sent yet", detail: "What happens from now on is delivered here.", icon: .bell)
        return """
            <section class="block" aria-labelledby="log-title"><h2 id="log-title">Deliveries</h2>\
            \(deliveries.isEmpty ? none.html : table.html)\
            \(CursorPager(address: PageAddress(path), cursor: cursor, next: nextCursor))</section>
            """
    }

    private func line(_ delivery: WebhookDelivery) -> DataTable.Row {
        let again = PageForm(
            action: "\(path)/deliveries/\(delivery.id)/redeliver", guarding: frame.guarding("again-\(delivery.id)"),
            buttons: "\(Button("Send again", weight: .quiet, spoken: "Send \(delivery.kind) again"))",
            arrangement: "bare")
        let isOver = delivery.state != .waiting && subscription.state == .active
        return DataTable.Row([
            "\(delivery.kind)", frame.time(delivery.createdAt).html, "\(badge(delivery))", "\(delivery.attempts)",
            "\(delivery.status.map(String.init) ?? delivery.error)", isOver ? again.html : .empty,
        ])
    }

    private func badge(_ delivery: WebhookDelivery) -> HTML {
        switch delivery.state {
        case .delivered: Badge("Delivered", tone: .good, icon: .check).html
        case .failed: Badge("Given up", tone: .bad, icon: .cross).html
        case .waiting where delivery.attempts == 0: Badge("Waiting", tone: .info, icon: .clock).html
        case .waiting: "\(Badge("Failed so far", tone: .warn, icon: .retry)) next \(frame.time(delivery.dueAt, .time))"
        }
    }

    // MARK: - Actions

    private var actions: HTML {
        let isActive = subscription.state == .active
        let ping =
            isActive
            ? fold(
                "ping", "Send a test", .bell,
                "<p>A message that says nothing, to see whether the receiver is there.</p>",
                Button("Send")) : nil
        let pause =
            isActive
            ? fold("pause", "Pause", .stop, "<p>What happens meanwhile is not kept for it.</p>", Button("Pause"))
            : fold("activate", "Activate", .retry, "<p>It hears what happens from now on.</p>", Button("Activate"))
        let secret = fold(
            "secret", "New secret", .lock, "<p>The present one signs beside it for a day.</p>",
            Button("Make a new secret"))
        let removal = fold(
            "delete", "Remove", .archive, "<p>Its deliveries go with it.</p>",
            Button("Remove", weight: .danger, confirm: "Remove \(subscription.name)?"))
        return """
            <section class="actions" aria-labelledby="actions-title"><h2 id="actions-title">Actions</h2>\
            \(ping)\(pause)\(secret)\(removal)</section>
            """
    }

    private func fold(_ deed: String, _ title: String, _ icon: Icon, _ words: HTML, _ button: Button) -> HTML {
        let form = PageForm(
            action: "\(path)/\(deed)", guarding: frame.guarding(deed), fields: words, buttons: "\(button)")
        return "<details class=\"fold\"><summary>\(icon)<span>\(title)</span></summary>\(form)</details>"
    }
}
