import PorticoValues

/// Who issues tokens, for whom, and how long they last.
public struct TokenSettings: Sendable {
    /// `iss` of access tokens.
    public var issuer: String
    /// `aud` of access tokens.
    public var audience: String
    /// How long an access token is believed.
    public var access = Span.minutes(30)
    /// After how long without a renewal a family ends.
    public var idle = Span.days(7)
    /// After how long a family ends in any case.
    public var absolute = Span.days(30)

    /// The usual lifetimes, for tokens of one application that `portico` issues.
    public init(application: String) {
        issuer = "portico"
        audience = application
    }
}
