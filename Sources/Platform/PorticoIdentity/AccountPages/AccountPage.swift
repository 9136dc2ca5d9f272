import PorticoHTTP
import PorticoPages

/// `GET /account`, and the refusals of its password form: who one is, and what one signs in with.
struct AccountPage: AccountPageContent {
    var frame: AccountFrame
    let sessions: [OwnSessionItem]
    let cursor: String?
    let nextCursor: String?
    let secondFactor: SecondFactorStatus
    let phone: PhoneStatus
    /// Whether people change the address they sign in with.
    let changesAddress: Bool
    /// Whether people close their own account.
    let closes: Bool
    /// What is wrong with the password form that came back.
    var messages: [FieldMessage] = []

    var title: String { "Your account" }

    var content: HTML {
        """
        \(PageHeading("Your account"))\(ErrorSummary(messages, scope: "password"))
        <div class="stack"><div class="columns even"><div class="stack">\(person)\(secondStep)\(phoneForCodes)</div>\
        <div class="stack">\(password)\(programs)\(ownData)</div></div>
        \(signedInWith)</div>
        """
    }

    private var person: HTML {
        let facts = DefinitionList([
            "Name": "\(frame.principal.name)", "Email address": "\(frame.principal.email)", "Role": "\(frame.role)",
        ])
        let address = Button("Change the email address", href: frame.address("/address"), weight: .secondary)
        let buttons: HTML? = changesAddress ? "<div class=\"buttons\">\(address)</div>" : nil
        return """
            <section class="block" aria-labelledby="person-title"><h2 id="person-title">Who you are</h2>\
            <div class="stack">\(facts)\(buttons)\
            <p class="note">\(changesAddress ? "Name or role" : "Something") wrong? Ask your administrator to change \
            it.</p></div></section>
            """
    }

    private var secondStep: HTML {
        let isActive = secondFactor.state == SecondFactorStore.State.active.rawValue
        let off = Badge("Off", tone: secondFactor.isRequired ? .warn : .neutral)
        let sent = Badge(phone.isUsed ? "By text message" : "By mail", tone: .good)
        let badge = isActive ? Badge("On", tone: .good) : secondFactor.isMailed ? sent : off
        let more: HTML = isActive ? "\(RecoveryCodesLeft(count: secondFactor.recoveryCodesLeft))" : "\(invitation)"
        let label = isActive ? "Manage two-step sign-in" : "Set up two-step sign-in"
        let button = Button(
            label, href: frame.address("/second-factor"), weight: isActive ? .secondary : .primary, icon: .shield)
        return """
            <section class="block" aria-labelledby="second-step-title"><div class="section-head">\
            <h2 id="second-step-title">Two-step sign-in</h2>\(badge)</div><div class="stack">\(more)\
            <div class="buttons">\(button)</div></div></section>
            """
    }

    private var phoneForCodes: HTML? {
        guard phone.isAvailable || phone.number != nil else { return nil }
        let words: HTML =
            phone.number.map { "<p>Codes can be sent to <span class=\"code\">\($0)</span>.</p>" }
            ?? "<p>Codes for signing in can be sent to your phone as text messages.</p>"
        let label = phone.number == nil ? "Add a phone" : "Change or remove it"
        let button = Button(label, href: frame.address("/phone"), weight: .secondary)
        return """
            <section class="block" aria-labelledby="phone-title"><h2 id="phone-title">Phone</h2>\
            <div class="stack">\(words)<div class="buttons">\(button)</div></div></section>
            """
    }

    private var invitation: HTML {
        if phone.isUsed {
            return """
                <p>Signing in takes a code that is sent to your phone. With an app on it it is quicker, and works without a \
                network.</p>
                """
        }
        if secondFactor.isMailed {
            return """
                <p>Signing in takes a code that is mailed to you. With an app on your phone it is quicker, and works when \
                mail does not.</p>
                """
        }
        return secondFactor.isRequired
            ? """
            <p>Your role allows nothing until signing in takes a code from your phone as well.</p>
            """
            : """
            <p>A code from your phone keeps your account safe even when somebody learns your password.</p>
            """
    }

    private var password: HTML {
        let form = frame.form(
            "/password",
            fields: """
                \(frame.usernameField)\(PasswordFields.current("current_password", message, scope: "password"))\
                \(PasswordFields.new("new_password", message, scope: "password"))
                """, buttons: "\(Button("Change password"))")
        return """
            <section class="block" aria-labelledby="password-title"><h2 id="password-title">Password</h2>\
            <div class="stack"><p class="note">A new password ends everything else you are signed in with.</p>\(form)\
            </div></section>
            """
    }

    private var programs: HTML {
        let button = Button("API keys", href: frame.address("/keys"), weight: .secondary, icon: .keyboard)
        return """
            <section class="block" aria-labelledby="programs-title"><h2 id="programs-title">Programs</h2>\
            <div class="stack"><p>A scale, a script or another system can work in your name with a key of its own.</p>\
            <div class="buttons">\(button)</div></div></section>
            """
    }

    private var ownData: HTML? {
        let export: HTML? = frame.exportAddress.map {
            """
            <p>Everything that is kept about you, as a JSON file. To have it erased, ask your administrator.</p>\
            <div class="buttons">\(Button("Download your data", href: $0, weight: .secondary))</div>
            """
        }
        let end = Button("Close your account", href: frame.address("/close"), weight: .quiet, icon: .lock)
        let closing: HTML? = closes ? "<div class=\"buttons\">\(end)</div>" : nil
        guard export != nil || closes else { return nil }
        return """
            <section class="block" aria-labelledby="data-title"><h2 id="data-title">Your data</h2>\
            <div class="stack">\(export)\(closing)</div></section>
            """
    }

    private func message(_ field: String) -> String? {
        messages.first { $0.field == field }?.message
    }

    private var signedInWith: HTML {
        let table = DataTable(
            caption: "What you are signed in with",
            columns: [
                .init("Device"), .init("Last used"), .init("Signed in"), .init("Ends if unused"),
                .init("End", .actions),
            ], rows: sessions.map(line))
        return """
            <section class="block" id="sessions" aria-labelledby="sessions-title"><div class="section-head">\
            <h2 id="sessions-title">Where you are signed in</h2></div>\
            <div class="stack"><p class="note">Something you do not recognise? End it and change your password.</p>\(table)\
            </div>\
            \(CursorPager(address: PageAddress(frame.address()), cursor: cursor, next: nextCursor))\(others)</section>
            """
    }

    private func line(_ item: OwnSessionItem) -> DataTable.Row {
        let entry = item.entry
        let device = DeviceName(entry.userAgent).text
        let mark: HTML =
            item.isCurrent
            ? " \(Badge("This one", tone: .good))"
            : entry.isCookie ? .empty : " \(Badge("Program", icon: .keyboard))"
        let kept: HTML = entry.isKept ? " \(Badge("Kept", icon: .lock))" : .empty
        let end = Button("End", weight: .quiet, icon: .cross, spoken: "End the session of \(device)")
        return DataTable.Row([
            "<span title=\"\(entry.userAgent)\">\(device)</span>\(mark)\(kept)", frame.time(entry.lastSeenAt).html,
            frame.time(entry.createdAt, .dateAndTime).html, frame.time(entry.expiresAt, .dateAndTime).html,
            item.isCurrent
                ? .empty : frame.form("/sessions/\(entry.id)/end", buttons: "\(end)", arrangement: "bare").html,
        ])
    }

    private var others: HTML? {
        guard sessions.contains(where: { !$0.isCurrent }) || cursor != nil || nextCursor != nil else {
            return "<p class=\"note\">Nowhere else.</p>"
        }
        let end = Button(
            "End all others", weight: .danger, icon: .signOut,
            confirm: "End everything you are signed in with but this?")
        return """
            <div class="after-panel">\(frame.form("/sessions/end-others", buttons: "\(end)", arrangement: "bare"))\
            </div>
            """
    }
}

/// The fields into which passwords are typed.
enum PasswordFields {
    /// The password one has.
    static func current(
        _ name: String, label: String = "Current password", _ message: (String) -> String?, scope: String
    ) -> TextField {
        TextField(
            name, label: label, kind: .password, error: message(name), autocomplete: "current-password",
            maxLength: PasswordPolicy.byteLimit, scope: scope)
    }

    /// The password one wants; what it has to be stands there before it is typed.
    static func new(_ name: String, _ message: (String) -> String?, scope: String) -> TextField {
        TextField(
            name, label: "New password", kind: .password,
            hint: """
                At least 15 characters of any kind, or at least 8 with a small letter, a capital letter, a digit and \
                another character. None that many people use, and not the name in your email address.
                """,
            error: message(name), autocomplete: "new-password", maxLength: PasswordPolicy.byteLimit, scope: scope)
    }
}

/// How many recovery codes there are, with a warning when they run out.
struct RecoveryCodesLeft: PageComponent {
    let count: Int

    var html: HTML {
        switch count {
        case 0: "<p>\(Badge("No recovery codes left", tone: .bad))</p><p>Make new ones before you lose your phone.</p>"
        case 1: "<p>\(Badge("1 recovery code left", tone: .warn))</p><p>Make new ones soon.</p>"
        case 2...3: "<p>\(Badge("\(count) recovery codes left", tone: .warn))</p><p>Make new ones soon.</p>"
        default: "<p>Signing in takes your password and a code. You have \(count) recovery codes left.</p>"
        }
    }
}
