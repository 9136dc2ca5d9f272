import Portico

/// Who outside hears of what happens, on the page of settings, with the form that adds one: POST
/// `/bags/settings/webhooks` with `url`, `name`, and the name of each event with any value.
struct WebhooksPart: PageComponent {
    /// The most that are shown.
    static let most = 200
    /// What the form's fields begin with.
    static let scope = "webhook"

    var frame: BagFrame
    var subscriptions: [WebhookSubscription]
    /// Whether the form came back.
    var isOpen = false
    var form = FormState.fresh

    var html: HTML {
        """
        <section class="block" aria-labelledby="webhooks-title"><h2 id="webhooks-title">Webhooks</h2>\
        <p class="note">Other systems that are called when something happens here. Messages are signed, in order, and \
        tried again for two days.</p>\
        \(subscriptions.isEmpty ? nil : list)<div class="folds">\(adding)</div></section>
        """
    }

    private var list: HTML {
        let columns: [DataTable.Column] = [.init("Name"), .init("Hears"), .init("State")]
        let rows = subscriptions.map { subscription in
            DataTable.Row([
                "<a href=\"\(WebhookPage.address(subscription.id))\">\(subscription.name)</a>",
                "\(subscription.kinds.joined(separator: ", "))", "\(WebhooksPart.badge(subscription))",
            ])
        }
        return DataTable(caption: "Webhooks", columns: columns, rows: rows).framed
    }

    private var adding: HTML {
        let kinds = BagWebhooks.kinds.map { kind in
            Checkbox(
                kind.name, label: "\(kind.summary) (\(kind.name))", value: "on",
                isTicked: form.values[kind.name] != nil, scope: WebhooksPart.scope
            ).html
        }
        let url = TextField(
            "url", label: "Address", value: form.value("url"), hint: "https, reachable from everywhere.",
            error: form.message("url"), maxLength: 2048, scope: WebhooksPart.scope)
        let name = TextField(
            "name", label: "Name", value: form.value("name"), hint: "What you call it.", error: form.message("name"),
            presence: .optional, maxLength: 100, scope: WebhooksPart.scope)
        let problem: HTML? = form.message("events").map {
            "<p class=\"field-error\" id=\"webhook-events\">\(Icon.stop)\($0)</p>"
        }
        let fields: HTML = """
            \(url)\(name)<fieldset class="choices"><legend>Events</legend>\(problem)\(kinds)</fieldset>
            """
        let page = PageForm(
            action: "/bags/settings/webhooks", guarding: frame.guarding("webhook"), fields: fields,
            buttons: "\(Button("Add webhook"))")
        return """
            <details class="fold"\(HTML.flag("open", isOpen))><summary>\(Icon.plus)<span>Add a webhook</span></summary>\
            \(page)</details>
            """
    }

    /// Where a subscription stands.
    static func badge(_ subscription: WebhookSubscription) -> Badge {
        switch subscription.state {
        case .active where subscription.failingSince != nil: Badge("Failing", tone: .warn, icon: .warning)
        case .active: Badge("Active", tone: .good, icon: .check)
        case .paused: Badge("Paused", icon: .stop)
        case .disabled: Badge("Given up", tone: .bad, icon: .cross)
        }
    }
}
