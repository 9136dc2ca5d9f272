import PorticoHTTP
import PorticoPages

/// The second page of signing in: the code, after the password was right.
struct SecondStepPage: PageComponent {
    /// The surroundings; without a person and without navigation.
    let shell: PageShell
    /// Where the application is mounted.
    let mount: String
    /// The token of the form.
    let csrfToken: String
    /// Who is about to sign in, and how the code comes.
    let ticket: SecondStepTicket
    /// Where to go afterwards.
    let next: String
    /// What is wrong with the form that came back.
    var messages: [FieldMessage] = []
    /// Whether its code was typed as a recovery code.
    var isRecoveryCode = false

    var html: HTML {
        let back = PageAddress("\(mount)\(IdentityRoutes.signInPath)", ["next": next]).text
        return shell.document(
            """
            <div class="sign-in"><span class="sign-in-mark">\(Icon.shield)</span>
            <h1>Enter your code</h1><p class="subtitle">Signing in as \(ticket.email)</p>
            \(ErrorSummary(messages))
            <form method="post" action="\(mount)\(IdentityRoutes.secondStepPath)" class="form stacked" novalidate>
            <input type="hidden" name="_csrf" value="\(csrfToken)">\
            <input type="hidden" name="next" value="\(next)">\(fields)
            <div class="buttons">\(Button("Sign in"))</div></form>
            <div class="sign-in-hint">\(another)<a href="\(back)">Begin again</a></div></div>
            """)
    }

    private var another: HTML? {
        switch ticket.way {
        case .authenticator: nil
        case .mail: "<p>No mail yet? Look among the unwanted ones, or begin again to get another code.</p>"
        case .text: "<p>No message yet? Give it a minute, or begin again to get another code.</p>"
        }
    }

    private var fields: HTML {
        let error = messages.first { !$0.field.isEmpty }?.message
        switch ticket.way {
        case .authenticator: return CodeFields(error: error, isRecoveryCode: isRecoveryCode).html
        case .mail:
            return CodeFields.digits(
                label: "Code from our mail", hint: "The six digits we have sent to your email address.", error: error
            ).html
        case .text(let ending):
            let hint = "The six digits we have sent to your phone ending in \(ending)."
            return CodeFields.digits(label: "Code from our text message", hint: hint, error: error).html
        }
    }
}
