import PorticoHTTP
import PorticoSQL
import PorticoValues

/// A session that is valid now, with everything a request needs to know of it. A browser's has a cookie; a program's is a
/// family of tokens.
public struct Session: Sendable, Hashable {
    /// Who is signed in. Its CSRF tokens are bound to this session.
    public let principal: Principal
    /// When it began.
    public let createdAt: Instant
    /// When a request of it was last noted, to the minute.
    public var lastSeenAt: Instant
    /// When it ends in any case.
    public let expiresAt: Instant
    /// Whether its owner wants to stay signed in with it, so that it does not end by idleness.
    public var isKept = false
    /// SHA-256 of what the browser holds; the id of a family of tokens.
    let tokenHash: [UInt8]
    /// What keeps it from allowing anything.
    var dues = SessionDues()

    /// Whether it is a browser's.
    var isCookie: Bool { principal.csrfBinding != nil }

    /// When it ends if no further request comes. A family of tokens is not kept alive by requests.
    func end(_ settings: SessionSettings) -> Instant {
        guard isCookie else { return expiresAt }
        return settings.end(isKept: isKept, createdAt: createdAt, lastSeenAt: lastSeenAt, expiresAt: expiresAt)
    }

    func isValid(at now: Instant, _ settings: SessionSettings) -> Bool {
        now < end(settings)
    }
}

/// A session that has just begun.
public struct NewSession: Sendable {
    /// The session.
    public let session: Session
    /// When it ends if no further request comes.
    public let endsAt: Instant
    /// The `Set-Cookie` value that gives it to the browser.
    public let cookie: String
    /// The `Set-Cookie` value by which the browser is known when its owner signs in again.
    public let browserCookie: String
}

/// One of an account's sessions, for a list from which its owner can end them.
public struct SessionListing: Sendable, Hashable {
    /// Names the session without giving it away: hexadecimal SHA-256 of what the browser holds.
    public let id: String
    /// When it began.
    public let createdAt: Instant
    /// When a request of it was last noted.
    public let lastSeenAt: Instant
    /// When it ends in any case.
    public let expiresAt: Instant
    /// What the browser called itself, at most 200 characters.
    public let userAgent: String
    /// Whether its owner wants to stay signed in with it.
    public let isKept: Bool

    init(_ row: Row) throws {
        let hash: [UInt8] = try row[0]
        id = hash.hexadecimal
        createdAt = try row[1]
        lastSeenAt = try row[2]
        expiresAt = try row[3]
        userAgent = try row[4]
        isKept = try row[5]
    }
}
