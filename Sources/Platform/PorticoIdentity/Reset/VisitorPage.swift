import PorticoPages

/// A page for somebody who is not signed in: a heading, a line, and a form or a way on.
struct VisitorPage: PageComponent {
    var shell: PageShell
    var title: String
    var lead: HTML
    var messages: [FieldMessage] = []
    var content: HTML = .empty

    /// A form that is sent as it is: its link, not a kept answer, makes it good only once.
    static func form(action: String, csrfToken: String, fields: HTML, button: String) -> HTML {
        """
        <form method="post" action="\(action)" class="form stacked" novalidate>
        <input type="hidden" name="_csrf" value="\(csrfToken)">\(fields)
        <div class="buttons">\(Button(button))</div></form>
        """
    }

    /// The field for a password that is to be.
    static func newPassword(_ form: FormState) -> TextField {
        TextField(
            "password", label: "New password", kind: .password,
            hint:
                "At least 8 characters with a small letter, a capital, a digit and another character, or at least 15.",
            error: form.message("password"), autocomplete: "new-password", maxLength: 1024)
    }

    var html: HTML {
        var shell = shell
        shell.title = title
        return shell.document(
            """
            <div class="sign-in"><span class="sign-in-mark">\(shell.mark)</span>
            <h1>\(title)</h1><p class="subtitle">\(lead)</p>
            \(ErrorSummary(messages))
            \(content)</div>
            """)
    }
}
