import PorticoJSON

/// An access token and what renews it (RFC 6749 §5.1).
public struct IssuedTokens: JSONRepresentable, Hashable {
    /// For the `Authorization` field, after `Bearer`.
    public let accessToken: String
    /// How long it is believed, in seconds.
    public let expiresIn: Int64
    /// Good for one renewal.
    public let refreshToken: String

    /// `Tokens`.
    public static var schemaName: String { "Tokens" }

    /// Tokens of half an hour.
    public static var example: IssuedTokens {
        IssuedTokens(
            accessToken: "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl", expiresIn: 1800,
            refreshToken: "pZ0cK2rJ0eR4yq3bVd1xXwmZ0cK2rJ0eR4yq3bVd1xX")
    }

    /// The four members.
    public func write(to object: inout JSONObjectWriter) {
        object.field("access_token", accessToken, "For the Authorization field, after Bearer")
        object.field("token_type", "Bearer", "Always Bearer")
        object.field("expires_in", expiresIn, "How long the access token is believed, in seconds")
        object.field("refresh_token", refreshToken, "Good for one renewal; a second one revokes everything")
    }
}
