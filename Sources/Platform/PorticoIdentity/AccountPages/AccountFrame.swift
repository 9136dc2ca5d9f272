import PorticoHTTP
import PorticoPages
import PorticoValues

/// What every account page knows of the request it answers.
struct AccountFrame: Sendable {
    /// The application's surroundings.
    var shell: PageShell
    /// Who is signed in.
    let principal: Principal
    /// The role as people call it.
    let role: String
    /// A permission as people call it.
    let permissionName: @Sendable (String) -> String
    /// Where the application is mounted.
    let mount: String
    /// Where the person gets a file of everything that is kept about them; nil where there is none.
    let exportAddress: String?
    /// Where the reader is.
    let zone: TimeZoneOffset
    private let guarding: FormGuard

    /// - Throws: 401 where nobody is signed in; what the application's surroundings throw.
    init(_ context: RequestContext, _ appearance: AccountAppearance) async throws {
        principal = try context.caller
        shell = try await appearance.shell(context)
        role = principal.roles.map(appearance.roleName).joined(separator: ", ")
        permissionName = appearance.permissionName
        mount = context.mount
        exportAddress = appearance.exportPath.map { "\(context.mount)\($0)" }
        zone = appearance.zone
        guarding = FormGuard(csrfToken: context.csrf.value, idempotencyKey: randomBytes(18).base64URL)
    }

    /// Permissions as people call them, in a line.
    func names(of permissions: [String]) -> String {
        permissions.map(permissionName).joined(separator: ", ")
    }

    /// The address of the account page, or of one below it.
    func address(_ path: String = "") -> String {
        "\(mount)\(AccountAppearance.accountPath)\(path)"
    }

    /// A form that is sent to an address below the account page.
    func form(
        _ path: String, fields: HTML = .empty, buttons: HTML, arrangement: StaticString = "stacked"
    ) -> PageForm {
        PageForm(
            action: address(path), guarding: guarding, fields: fields, buttons: buttons, arrangement: arrangement)
    }

    /// The name under which a password manager keeps what is typed into the fields after it.
    var usernameField: HTML {
        """
        <input type="email" name="username" autocomplete="username" value="\(principal.email)" readonly hidden>
        """
    }

    /// A moment in the reader's time.
    func time(_ instant: Instant, _ detail: TimeText.Detail = .relative) -> TimeText {
        TimeText(instant, zone: zone, detail: detail)
    }
}

/// A page about one's own account.
protocol AccountPageContent: Sendable {
    /// What it knows about the request.
    var frame: AccountFrame { get }
    /// The name of the page.
    var title: String { get }
    /// What is on it.
    var content: HTML { get }
}

extension AccountPageContent {
    /// The page as an answer.
    /// - Parameter refusal: why a form came back; nil shows the page as it is.
    func reply(_ refusal: RefusedForm? = nil) -> PageReply {
        var shell = frame.shell
        shell.title = title
        let page = PageReply.page(shell.document(content), status: refusal?.problem.status ?? .ok)
        return refusal?.problem.headers.reduce(page) { $0.adding($1.name, $1.value) } ?? page
    }
}
