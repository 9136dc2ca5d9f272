/// What people see instead of the page they asked for.
public struct ErrorPage: PageComponent {
    /// The surroundings, as far as they are known.
    public var shell: PageShell
    /// The status of the answer.
    public var status: Int
    /// What happened, in a few words.
    public var title: String
    /// More about it, in one or two sentences.
    public var detail: String?
    /// The id under which an operator finds the request.
    public var requestID: String
    /// What is wrong, field by field.
    public var messages: [FieldMessage]
    /// The page of their own account, for somebody who has to see to something there before anything is allowed.
    public var account: String?

    /// An error page.
    public init(
        shell: PageShell, status: Int, title: String, detail: String? = nil, requestID: String,
        messages: [FieldMessage] = []
    ) {
        self.shell = shell
        self.status = status
        self.title = title
        self.detail = detail
        self.requestID = requestID
        self.messages = messages
    }

    /// What to do next, by status.
    var advice: String {
        if account != nil { return "Afterwards your role allows what it includes." }
        return switch status {
        case 401: "Sign in, then try again."
        case 403: "Your role does not include this. If it should, ask your administrator."
        case 404, 410: "Check the address or the code. It may belong to another area, or never have existed."
        case 412: "Somebody changed this meanwhile. Go back, load the page again and repeat your change."
        case 413: "Send something smaller."
        case 422, 400, 409: "Go back, put it right and send it again. What you typed is still there."
        case 429: "Wait a moment, then try again."
        case 503: "The service is busy or being restarted. Nothing you saved is lost; try again in a minute."
        default: "Nothing you saved is lost. Try again; if it happens once more, tell your operator the request id."
        }
    }

    /// The finished document.
    public var html: HTML {
        let more: HTML? = detail.map { "<p class=\"error-detail\">\($0)</p>" }
        return shell.document(
            """
            <div class="error-page"><p class="error-status">\(status)</p><h1>\(title)</h1>\(more)
            \(ErrorSummary(messages.map { FieldMessage("", $0.message) }))
            <p>\(advice)</p>
            <div class="buttons">\(wayOn)</div>
            <p class="request-id">Request id <code>\(requestID)</code></p></div>
            """)
    }

    private var wayOn: Button {
        guard let account else { return Button("Start page", href: shell.home, weight: .primary, icon: .home) }
        return Button("Your account", href: account, weight: .primary)
    }
}
