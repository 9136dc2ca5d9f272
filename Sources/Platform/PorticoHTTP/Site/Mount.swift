import PorticoPages

/// One application as the site serves it.
public struct Mount: Sendable {
    /// Short name: `bags`. Also the first path segment, except for the platform's own mount.
    public let id: String
    /// Path before every route: `/bags`, or empty.
    public let prefix: String
    /// Title of its API document.
    public let title: String
    /// What it answers.
    public var routes: [Route]
    /// Finds who calls; nil where nobody signs in.
    public var authenticator: (any Authenticator)?
    /// Keeps answers for retries; nil where no route changes anything.
    public var idempotency: (any IdempotencyKeeping)?
    /// Remembers up to where callers have written, where copies of the database answer some of them; else nil.
    public var positions: SessionPositions?
    /// Makes the page of an error.
    public var errorPage: (@Sendable (Problem, RequestContext) -> HTML)?
    /// Page to sign in at, below the prefix.
    public var signInPath = "/sign-in"
    /// Hears of every 403 to somebody who is signed in: by role, by rule or for want of a form token.
    public var onDenied: (@Sendable (RequestContext, Route) -> Void)?
    /// Name and roles of the application, for its permission table.
    public var roles: [(name: String, permissions: Set<String>)] = []

    /// A mount without accounts.
    public init(id: String, prefix: String, title: String, routes: [Route]) {
        self.id = id
        self.prefix = prefix
        self.title = title
        self.routes = routes
    }
}

/// Keeps the answer to a request with an `Idempotency-Key`, so that a retry gets the same one.
public protocol IdempotencyKeeping: Sendable {
    /// Claims a key, or finds the answer it has.
    /// - Throws: ``Problem`` 422 `idempotency_key_reused` for another body, 409 while the first request still runs.
    func begin(_ request: IdempotentRequest) async throws -> IdempotencyClaim
    /// Keeps the answer.
    func finish(_ token: IdempotencyToken, _ response: Response) async throws
    /// Gives the key back, because the request failed in a way that a retry may mend.
    func abandon(_ token: IdempotencyToken) async
}

/// What a key is bound to.
public struct IdempotentRequest: Sendable {
    /// The key as the client chose it, 1…255 characters.
    public let key: String
    /// The account; nil for anonymous callers.
    public let accountID: Int64?
    /// Method and path.
    public let operation: String
    /// SHA-256 of the body.
    public let contentHash: [UInt8]

    /// A request that carries a key.
    public init(key: String, accountID: Int64?, operation: String, contentHash: [UInt8]) {
        self.key = key
        self.accountID = accountID
        self.operation = operation
        self.contentHash = contentHash
    }
}

/// A claimed key.
public struct IdempotencyToken: Sendable, Hashable {
    /// Names the claim in its store.
    public let value: [UInt8]

    /// A token.
    public init(_ value: [UInt8]) {
        self.value = value
    }
}

/// What became of a key.
public enum IdempotencyClaim: Sendable {
    /// The request is the first; its answer is to be kept.
    case fresh(IdempotencyToken)
    /// The answer the first request got.
    case replay(Response)
}
