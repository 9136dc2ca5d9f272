import Portico

/// The part of the page of people about those who are still to come: invitations that wait, and the form for one more.
///
/// | POST | fields besides `_csrf` and `idempotency_key` |
/// |---|---|
/// | `/bags/users/invitations` | `email`, `name`, `role`, `area_code` (empty for people of all areas) |
/// | `/bags/users/invitations/{id}/resend`, `…/withdraw` | none |
struct InvitationsPart: PageComponent {
    /// Prefix of the form's fields.
    static let scope = "invite"

    var frame: BagFrame
    var pending: [Invitation]
    var hasMore = false
    var areas: [Choice]
    var form = FormState.fresh

    var html: HTML {
        """
        <div class="stack after-panel"><section class="block" aria-labelledby="invite-title">\
        <h2 id="invite-title">Invite by mail</h2><div class="stack">\
        <p class="note">The person gets a link, good for seven days, and chooses a password.</p>\(inviting)</div>\
        </section>\(pending.isEmpty ? nil : waiting)</div>
        """
    }

    private var inviting: PageForm {
        let scope = InvitationsPart.scope
        let email = TextField(
            "email", label: "Email address", value: form.value("email"), kind: .email, error: form.message("email"),
            maxLength: 254, scope: scope)
        let name = TextField(
            "name", label: "Name", value: form.value("name"), error: form.message("name"), maxLength: 100, scope: scope)
        let role = SelectField(
            "role", label: "Role", value: form.value("role", or: "dispatcher"), choices: BagWords.roles,
            error: form.message("role"), scope: scope)
        let area = SelectField(
            "area_code", label: "Area", value: form.value("area_code"), choices: [Choice("", "All areas")] + areas,
            hint: "Dispatchers and gatekeepers have one area, the others all.", error: form.message("area_code"),
            presence: .free, scope: scope)
        return PageForm(
            action: "/bags/users/invitations", guarding: frame.guarding("invite"),
            fields: "<div class=\"form-row\">\(email)\(name)</div><div class=\"form-row\">\(role)\(area)</div>",
            buttons: "\(Button("Send the invitation"))")
    }

    private var waiting: HTML {
        let table = DataTable(
            caption: "Invited, not yet here",
            columns: [
                .init("Name"), .init("Email"), .init("Role"), .init("Link sent"), .init("Good until"),
                .init("Send again or take back", .actions),
            ], rows: pending.map(line))
        let more: HTML? = hasMore ? "<p class=\"note\">There are more than are shown here.</p>" : nil
        return """
            <section class="block" aria-labelledby="waiting-title"><h2 id="waiting-title">Invited, not yet here</h2>\
            \(table.framed)\(more)</section>
            """
    }

    private func line(_ invitation: Invitation) -> DataTable.Row {
        let path = "/bags/users/invitations/\(invitation.id)"
        let again = Button(
            "Send again", weight: .quiet, icon: .retry, spoken: "Send the link to \(invitation.name) again")
        let back = Button(
            "Take back", weight: .quiet, icon: .cross, spoken: "Take the invitation of \(invitation.name) back",
            confirm: "Take the invitation of \(invitation.name) back?")
        let until = frame.time(invitation.expiresAt)
        let old: HTML = invitation.expiresAt <= frame.now ? " \(Badge("Too old", tone: .warn))" : .empty
        return DataTable.Row([
            "\(invitation.name)", EmailText(invitation.email).html, "\(BagWords.role(invitation.role))",
            frame.time(invitation.sentAt).html, "\(until)\(old)",
            """
            \(PageForm(action: "\(path)/resend", guarding: frame.guarding(), buttons: "\(again)", arrangement: "bare"))\
            \(PageForm(action: "\(path)/withdraw", guarding: frame.guarding(), buttons: "\(back)", arrangement: "bare"))
            """,
        ])
    }
}
