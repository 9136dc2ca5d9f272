/// The page on which people sign in: a POST form with `email`, `password`, `next`, `_csrf`, when a second factor is
/// asked for `code`, and where people may stay signed in `remember`.
public struct SignInPage: PageComponent {
    /// The surroundings; without a person and without navigation.
    public var shell: PageShell
    /// The address the form is sent to.
    public var action: String
    /// The token of the form.
    public var csrfToken: String
    /// Where to go afterwards; a path on this site.
    public var next: String?
    /// Whether the second factor is asked for now.
    public var asksForCode: Bool
    /// Where people get another password; nil where they ask the operator.
    public var resetPath: String?
    /// Where people are mailed a link to sign in with; nil where there are none.
    public var linkPath: String?
    /// How long people stay signed in who want to, such as `30 days`; nil where that is not offered.
    public var keptFor: String?
    /// What came back.
    public var form: FormState
    /// A line below the heading, such as the accounts of a demonstration.
    public var hint: HTML?

    /// A page to sign in.
    public init(
        shell: PageShell, action: String, csrfToken: String, next: String? = nil, asksForCode: Bool = false,
        resetPath: String? = nil, linkPath: String? = nil, keptFor: String? = nil, form: FormState = .fresh,
        hint: HTML? = nil
    ) {
        self.shell = shell
        self.action = action
        self.csrfToken = csrfToken
        self.next = next
        self.asksForCode = asksForCode
        self.resetPath = resetPath
        self.linkPath = linkPath
        self.keptFor = keptFor
        self.form = form
        self.hint = hint
    }

    /// The finished document.
    public var html: HTML {
        let code = asksForCode ? codeField : nil
        let destination: HTML? = next.map { "<input type=\"hidden\" name=\"next\" value=\"\($0)\">" }
        let below: HTML? = hint.map { "<div class=\"sign-in-hint\">\($0)</div>" }
        return shell.document(
            """
            <div class="sign-in"><span class="sign-in-mark">\(shell.mark)</span>
            <h1>Sign in</h1><p class="subtitle">\(shell.application)</p>
            \(ErrorSummary(form.messages))
            <form method="post" action="\(action)" class="form stacked" novalidate>
            <input type="hidden" name="_csrf" value="\(csrfToken)">\(destination)
            \(emailField)\(passwordField)\(code)\(keepBox)
            <div class="buttons">\(Button("Sign in"))</div></form>\(otherWays)\(below)</div>
            """)
    }

    private var otherWays: HTML {
        let link: HTML? = linkPath.map {
            "<p class=\"sign-in-reset\"><a href=\"\($0)\">Sign in by mail instead</a></p>"
        }
        let reset: HTML? = resetPath.map {
            "<p class=\"sign-in-reset\"><a href=\"\($0)\">Forgotten your password?</a></p>"
        }
        return "\(link)\(reset)"
    }

    private var emailField: TextField {
        TextField(
            "email", label: "Email address", value: form.value("email"), kind: .email, error: form.message("email"),
            autocomplete: "username", maxLength: 254)
    }

    private var passwordField: TextField {
        TextField(
            "password", label: "Password", kind: .password, error: form.message("password"),
            autocomplete: "current-password", maxLength: 1024)
    }

    private var keepBox: Checkbox? {
        keptFor.map { duration in
            Checkbox(
                "remember", label: "Keep me signed in on this device",
                isTicked: form.isTicked("remember", or: false),
                hint: "For \(duration), used or not. Not for a device that others use.")
        }
    }

    private var codeField: TextField {
        TextField(
            "code", label: "Code", hint: "Six digits, or one of your recovery codes.",
            error: form.message("code"), autocomplete: "one-time-code", maxLength: 32, width: 12, isCode: true)
    }
}
