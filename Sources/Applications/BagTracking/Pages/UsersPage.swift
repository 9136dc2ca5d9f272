import Portico

/// `GET /bags/users`: the people of bag tracking.
struct UsersPage: BagPage {
    /// One person.
    struct Row: Sendable {
        var id: String
        var email: String
        var name: String
        var role: String
        var area: String?
        var isActive: Bool
        var lastSeenAt: Instant?
    }

    var frame: BagFrame
    var rows: [Row]
    var cursor: String?
    var nextCursor: String?
    /// Those who are still to come; nil where no mail is sent.
    var invitations: InvitationsPart?

    var title: String { "People" }
    var place: BagSection? { .users }

    var content: HTML {
        let columns: [DataTable.Column] = [
            .init("Name"), .init("Role"), .init("Area"), .init("Email"), .init("Last seen"), .init("State"),
        ]
        let add = Button("Add a person", href: "/bags/users/new", weight: .primary, icon: .plus)
        let table = DataTable(caption: "People", columns: columns, rows: rows.map(line))
        return """
            \(PageHeading("People", actions: [add]))\
            \(ErrorSummary(invitations?.form.messages ?? [], scope: InvitationsPart.scope))
            \(table.framed)
            \(CursorPager(address: PageAddress("/bags/users"), cursor: cursor, next: nextCursor))
            \(invitations)
            <div class="after-panel stack">\(signOut)</div>
            """
    }

    private var signOut: HTML {
        let form = PageForm(
            action: "/bags/users/sessions/end", guarding: frame.guarding("everybody"),
            fields: """
                <p>For the day somebody may have got hold of what others are signed in with. Everybody signs in again with the \
                same password, you too; what a station has not sent yet stays there; keys of machines go on.</p>
                """,
            buttons:
                "\(Button("Sign everybody out", weight: .danger, confirm: "Sign everybody out, yourself too?"))")
        return
            "<details class=\"fold\"><summary>\(Icon.signOut)<span>Sign everybody out</span></summary>\(form)</details>"
    }

    private func line(_ row: Row) -> DataTable.Row {
        let isInvited = invitations?.pending.contains { String($0.id) == row.id } ?? false
        let away = isInvited ? Badge("Invited", tone: .info) : Badge("Deactivated", icon: .archive)
        let state = row.isActive ? Badge("Active", tone: .good) : away
        return DataTable.Row([
            "<a href=\"/bags/users/\(PageAddress.encode(row.id))\">\(row.name)</a>", "\(BagWords.role(row.role))",
            "\(row.area ?? "All areas")",
            EmailText(row.email).html, row.lastSeenAt.map { frame.time($0).html } ?? "Never", state.html,
        ])
    }
}

/// `GET /bags/users/new` and `GET /bags/users/{id}`, and the refusals of their forms.
///
/// Create: POST `/bags/users` with `_csrf`, `idempotency_key`, `email`, `name`, `role`, `area_code` (empty for
/// people of all areas), `password` (empty: an invitation is mailed). Edit: POST `/bags/users/{id}` with `name`,
/// `role`, `area_code`, `password` (empty: unchanged). POST `/bags/users/{id}/deactivate`, `/bags/users/{id}/reactivate`,
/// `/bags/users/{id}/second-factor/remove` and, with the person's `email` typed once more, `/bags/users/{id}/erase`.
struct UserFormPage: BagPage {
    var frame: BagFrame
    /// The person being edited; nil for a new one.
    var user: UsersPage.Row?
    /// The code of the person's area.
    var areaCode = ""
    var areas: [Choice]
    /// Whether it is the reader's own account: nobody changes their own role or deactivates themselves.
    var isOwn = false
    /// Whether the person has an authenticator, or a phone that codes are sent to.
    var hasSecondFactor = false
    /// Whether an invitation would reach a new person.
    var deliversMail = true
    var form = FormState.fresh
    /// What came of the form that erases the person.
    var erasure = FormState.fresh

    var title: String { user?.name ?? "Add a person" }
    var place: BagSection? { .users }

    var content: HTML {
        let action = user.map { "/bags/users/\(PageAddress.encode($0.id))" } ?? "/bags/users"
        let fields: HTML = "\(user == nil ? email : nil)\(name)\(role)\(area)\(isOwn ? nil : password)"
        let save = PageForm(
            action: action, guarding: frame.guarding(), fields: fields,
            buttons: "\(Button(user == nil ? "Add" : "Save"))\(Button("Cancel", href: "/bags/users", weight: .quiet))")
        return """
            \(PageHeading("\(title)", subtitle: user.map { EmailText($0.email).html }, back: ("People", "/bags/users")))
            \(ErrorSummary(form.messages))\(ErrorSummary(erasure.messages, scope: UserFormPage.erasureScope))\
            <section class="panel">\(isOwn ? ownNotice : nil)\(save)</section>\
            <div class="after-panel stack">\(signOut(action))\(lostPhone(action))\(deactivation(action))\(reactivation(action))\
            \(personalData(action))</div>
            """
    }

    private var ownNotice: HTML {
        """
        <p class="note">This is your own account: another administrator has to change your role, and your password you
        change <a href="/bags/account">on its own page</a>.</p>
        """
    }

    private var email: TextField {
        TextField(
            "email", label: "Email address", value: form.value("email"), kind: .email, error: form.message("email"),
            maxLength: 254)
    }

    private var name: TextField {
        TextField(
            "name", label: "Name", value: form.value("name", or: user?.name ?? ""), error: form.message("name"),
            maxLength: 100)
    }

    private var role: SelectField {
        SelectField(
            "role", label: "Role", value: form.value("role", or: user?.role ?? "dispatcher"), choices: BagWords.roles,
            error: form.message("role"))
    }

    private var area: SelectField {
        SelectField(
            "area_code", label: "Area", value: form.value("area_code", or: areaCode),
            choices: [Choice("", "All areas")] + areas,
            hint: "Dispatchers and gatekeepers have one area, the others all.", error: form.message("area_code"))
    }

    private var password: TextField {
        TextField(
            "password", label: user == nil ? "Password" : "New password", kind: .password,
            hint: passwordHint, error: form.message("password"),
            presence: user == nil && !deliversMail ? .required : .optional, autocomplete: "new-password",
            maxLength: 1024)
    }

    private var passwordHint: String {
        if user != nil { return "Leave empty to keep the present one. A new one ends all sessions." }
        return deliversMail
            ? "Leave empty to send an invitation by mail."
            : "No mail is sent from here: tell the person, who can choose another one then."
    }

    private func deactivation(_ action: String) -> HTML? {
        guard let user, user.isActive, !isOwn else { return nil }
        let form = PageForm(
            action: "\(action)/deactivate", guarding: frame.guarding(),
            fields: "<p>All sessions end at once. The name stays in the history.</p>",
            buttons: "\(Button("Deactivate", weight: .danger, icon: .archive, confirm: "Deactivate \(user.name)?"))")
        return
            """
            <details class="fold"><summary>\(Icon.archive)<span>Deactivate</span></summary>\(form)</details>
            """
    }

    private func reactivation(_ action: String) -> HTML? {
        guard let user, !user.isActive else { return nil }
        let form = PageForm(
            action: "\(action)/reactivate", guarding: frame.guarding("reactivate"),
            fields: """
                <p>For somebody who comes back: role, area and password are as they were, and so is what they have done. Keys \
                of machines are not.</p>
                """,
            buttons: "\(Button("Reactivate", icon: .restore))")
        return "<details class=\"fold\"><summary>\(Icon.restore)<span>Reactivate</span></summary>\(form)</details>"
    }

    private func signOut(_ action: String) -> HTML? {
        guard let user, user.isActive, !isOwn else { return nil }
        let form = PageForm(
            action: "\(action)/sessions/end", guarding: frame.guarding("sessions"),
            fields: """
                <p>For a phone or computer that was lost or left signed in. \(user.name) signs in again with the same \
                password; keys of machines go on.</p>
                """,
            buttons:
                "\(Button("Sign out everywhere", weight: .danger, confirm: "Sign \(user.name) out everywhere?"))")
        return
            "<details class=\"fold\"><summary>\(Icon.signOut)<span>Sign out everywhere</span></summary>\(form)</details>"
    }

    private func lostPhone(_ action: String) -> HTML? {
        guard let user, hasSecondFactor, !isOwn else { return nil }
        let form = PageForm(
            action: "\(action)/second-factor/remove", guarding: frame.guarding("second-factor"),
            fields: """
                <p>The authenticator and all recovery codes stop working, codes go to no phone any more, and all sessions \
                end. Be sure that it is \(user.name) who asks: from then on the password lets somebody in, with a code by \
                mail where the role takes one.</p>
                """,
            buttons:
                "\(Button("Remove the authenticator", weight: .danger, confirm: "Remove the authenticator of \(user.name)?"))"
        )
        return
            "<details class=\"fold\"><summary>\(Icon.shield)<span>Authenticator lost</span></summary>\(form)</details>"
    }

    private func personalData(_ action: String) -> HTML? {
        guard let user else { return nil }
        let export = Button(
            "Download what is kept", href: "/bags/api/v1/users/\(PageAddress.encode(user.id))/personal-data",
            weight: .secondary)
        return """
            <details class="fold"\(HTML.flag("open", !erasure.messages.isEmpty))><summary>\(Icon.user)\
            <span>Personal data</span></summary><div class="stack">\
            <p>Account, sessions, keys, audit entries and what was scanned, as a JSON file.</p>\
            <div class="buttons">\(export)</div>\(isOwn ? nil : erasing(action, user))</div></details>
            """
    }

    private func erasing(_ action: String, _ user: UsersPage.Row) -> PageForm {
        let scope = UserFormPage.erasureScope
        let email = TextField(
            "email", label: "Type \(user.email) to erase", value: erasure.value("email"), kind: .text,
            error: erasure.message("email"), autocomplete: "off", maxLength: 254, scope: scope)
        return PageForm(
            action: "\(action)/erase", guarding: frame.guarding("erase"),
            fields: """
                <p>Erasing forgets the person for good: name, address, sign-in, sessions and keys. Scans stay, \
                without a name. This can't be undone.</p>\(email)
                """,
            buttons: "\(Button("Erase for good", weight: .danger))")
    }

    static let erasureScope = "erase"
}
