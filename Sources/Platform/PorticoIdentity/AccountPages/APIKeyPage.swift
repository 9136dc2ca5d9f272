import PorticoHTTP
import PorticoPages

/// `GET /account/keys`, and the refusals of its form: the keys of one's own programs.
struct APIKeyPage: AccountPageContent {
    var frame: AccountFrame
    let keys: [APIKey]
    let cursor: String?
    let nextCursor: String?
    /// Whether a code of the authenticator is asked for as well.
    let wantsCode: Bool
    /// The form as it was sent.
    var form = APIKeyForm()
    var ticked: Set<String> = []
    var messages: [FieldMessage] = []

    var title: String { "API keys" }

    var content: HTML {
        """
        \(PageHeading(
            "API keys", subtitle: "With a key, a program works in your name.", back: ("Your account", frame.address())))\
        \(ErrorSummary(messages, scope: "key"))
        <div class="stack">\(list)\(making)</div>
        """
    }

    private var list: HTML {
        let table = DataTable(
            caption: "Your keys",
            columns: [
                .init("Name"), .init("May do"), .init("Made"), .init("Last used"), .init("Ends"),
                .init("Revoke", .actions),
            ], rows: keys.map(line))
        let none: HTML = "<p class=\"note\">You have none.</p>"
        return """
            <section class="block" aria-labelledby="keys-title"><h2 id="keys-title">Your keys</h2>\
            \(keys.isEmpty && cursor == nil ? none : table.html)\
            \(CursorPager(address: PageAddress(frame.address("/keys")), cursor: cursor, next: nextCursor))</section>
            """
    }

    private func line(_ key: APIKey) -> DataTable.Row {
        let revoke = Button(
            "Revoke", weight: .quiet, icon: .cross, spoken: "Revoke the key \(key.name)",
            confirm: "Revoke \(key.name)? What uses it stops working.")
        return DataTable.Row([
            "\(key.name)", "<span class=\"note\">\(frame.names(of: key.scopes))</span>",
            frame.time(key.createdAt, .dateAndTime).html, key.lastUsedAt.map { frame.time($0).html } ?? "Never",
            key.expiresAt.map { frame.time($0, .dateAndTime).html } ?? "When revoked",
            frame.form("/keys/\(key.id)/revoke", buttons: "\(revoke)", arrangement: "bare").html,
        ])
    }

    private var making: HTML {
        let make = frame.form(
            "/keys", fields: "\(name)\(permissions)\(life)\(proof)",
            buttons: "\(Button("Make key", weight: .primary, icon: .plus))")
        return """
            <section class="block" aria-labelledby="make-title"><h2 id="make-title">Make a key</h2>\
            <div class="stack"><p class="note">It is shown once. It never may do more than you, and ends with your \
            account.</p>\(make)</div></section>
            """
    }

    private var name: TextField {
        TextField(
            "name", label: "Name", value: form.name, hint: "What uses it, such as Warehouse scale.",
            error: message("name"), maxLength: 100, scope: "key")
    }

    private var permissions: HTML {
        let boxes = frame.principal.permissions.sorted().enumerated().map { index, permission in
            let name = frame.permissionName(permission)
            return Checkbox(
                "scope", label: name, value: permission, isTicked: ticked.contains(permission),
                hint: name == permission ? nil : permission, scope: index == 0 ? "key" : "key-\(index)"
            ).html
        }
        let error: HTML? = message("scope").map { "<p class=\"field-error\">\(Icon.stop)\($0)</p>" }
        return """
            <div class="field" role="group" aria-labelledby="key-scopes"><h3 id="key-scopes">What it may do</h3>\
            <p class="note">As little as it needs.</p>\(error)<div class="box-grid">\(boxes)</div></div>
            """
    }

    private var life: SelectField {
        SelectField(
            "life", label: "Lives", value: form.life, choices: APIKeyForm.lives, error: message("life"), scope: "key")
    }

    private var proof: HTML {
        let codes: HTML =
            wantsCode
            ? CodeFields(
                error: messages.first { $0.field == "code" || $0.field == "recovery_code" }?.message,
                isRecoveryCode: form.code.isRecoveryCode, scope: "key"
            ).html : .empty
        return """
            \(frame.usernameField)\
            \(PasswordFields.current("password", label: "Your password", message, scope: "key"))\(codes)
            """
    }

    private func message(_ field: String) -> String? {
        messages.first { $0.field == field }?.message
    }
}

/// The answer to the form: the key, shown once.
struct NewAPIKeyPage: AccountPageContent {
    var frame: AccountFrame
    let made: NewAPIKey

    var title: String { "Your new key" }

    var content: HTML {
        let facts = DefinitionList([
            "Name": "\(made.key.name)", "May do": "\(frame.names(of: made.key.scopes))",
            "Ends": made.key.expiresAt.map { frame.time($0, .dateAndTime).html } ?? "When revoked",
        ])
        let field = TextField(
            "key", label: "Key", value: made.text,
            hint: "For the Authorization header, after the word Bearer.", lines: 2, isCode: true, scope: "new")
        return """
            \(PageHeading("Your new key", back: ("API keys", frame.address("/keys"))))
            <div class="stack account-narrow">\
            \(Notice("The key is made", tone: .good, detail: "Keep it now: it is not shown again."))\
            <section class="block" aria-labelledby="key-title"><h2 id="key-title">\(made.key.name)</h2>\
            <div class="stack">\(field)\(facts)<div class="buttons">\
            \(Button("I have kept it", href: frame.address("/keys"), weight: .primary))</div></div></section></div>
            """
    }
}
