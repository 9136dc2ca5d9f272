import PorticoPages
import PorticoValues

/// What a handler knows of the request besides its declared input.
public struct RequestContext: Sendable {
    /// The request.
    public let request: Request
    /// Its id, in the answer's `X-Request-Id` and in every log line about it.
    public let requestID: String
    /// When it arrived, by the process's clock.
    public let now: Instant
    /// The client's address, past trusted proxies.
    public let clientAddress: String
    /// Who calls; nil when nobody is signed in.
    public let principal: Principal?
    /// Where the application is mounted: `/bags`.
    public let mount: String
    /// Addresses of embedded assets.
    public let assets: AssetLinks
    /// The nonce that scripts and styles of this page must carry; empty where the answer is no page.
    public let nonce: String
    /// The file that was sent, on routes that take one; nil where none was.
    public internal(set) var upload: UploadedFile?
    /// Why a file that came with the form of a page was not kept: 413 `too_large`. Other routes refuse it by themselves.
    public internal(set) var uploadProblem: Problem?
    /// Which pages are this site's own.
    public internal(set) var site = SiteOrigin()
    private let form: FormBinding?

    /// A context. `form` is nil where nobody could send a form back.
    public init(
        request: Request, requestID: String, now: Instant, clientAddress: String, principal: Principal?, mount: String,
        assets: AssetLinks, nonce: String = "", form: FormBinding? = nil
    ) {
        self.request = request
        self.requestID = requestID
        self.now = now
        self.clientAddress = clientAddress
        self.principal = principal
        self.mount = mount
        self.assets = assets
        self.nonce = nonce
        self.form = form
    }

    /// A CSRF token for forms of this answer, another one each time.
    public var csrf: FormToken { form?.token ?? FormToken("") }

    /// What the caller demands of the state that an edit starts from.
    public var precondition: Precondition { Precondition(of: request.head) }

    /// Who calls, on routes that nobody reaches without signing in.
    /// - Throws: 401 where the route is open to everybody and nobody is signed in.
    public var caller: Principal {
        get throws {
            guard let principal else { throw Problem(401, "not_signed_in", "Sign in to go on.") }
            return principal
        }
    }
}

/// What the form tokens of an answer are bound to.
public struct FormBinding: Sendable {
    private let signer: CSRFSigner
    private let binding: String

    /// Tokens of a signer for a session or a visit.
    public init(_ signer: CSRFSigner, _ binding: String) {
        self.signer = signer
        self.binding = binding
    }

    var token: FormToken { signer.token(for: binding) }
}

/// The token that proves a form was shown by this site to this caller.
public struct FormToken: Sendable, Hashable {
    /// Value of the field `_csrf` or the header `X-CSRF-Token`.
    public let value: String

    /// A token.
    public init(_ value: String) {
        self.value = value
    }
}
