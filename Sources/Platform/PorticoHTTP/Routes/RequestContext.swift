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
    /// Makes the CSRF token for forms of this answer.
    public let csrf: FormToken
    /// Addresses of embedded assets.
    public let assets: AssetLinks
    /// The nonce that scripts and styles of this page must carry.
    public let nonce: String

    /// Who calls, on routes that nobody reaches without signing in.
    /// - Throws: 401 where the route is open to everybody and nobody is signed in.
    public var caller: Principal {
        get throws {
            guard let principal else { throw Problem(401, "not_signed_in", "Sign in to go on.") }
            return principal
        }
    }
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
