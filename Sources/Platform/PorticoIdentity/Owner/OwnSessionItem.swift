import PorticoJSON
import PorticoValues

/// One of the things an account is signed in with, as its owner sees it.
struct OwnSessionItem: JSONRepresentable, Hashable {
    let entry: OwnSessions.Entry
    /// Whether the request that lists it came with it.
    let isCurrent: Bool

    static var schemaName: String { "OwnSession" }

    static var example: OwnSessionItem {
        let start = Instant(milliseconds: 1_795_258_800_000)
        return OwnSessionItem(
            entry: OwnSessions.Entry(
                key: Digest.sha256([1]), isCookie: true, createdAt: start, lastSeenAt: start + .minutes(7),
                expiresAt: start + .hours(12), userAgent: "Mozilla/5.0"),
            isCurrent: true)
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("id", entry.id, "Names the session, and does not let anybody in")
        object.field("kind", entry.isCookie ? "browser" : "program", "browser (a cookie) or program (tokens)")
        object.field("current", isCurrent, "Whether this request came with it")
        object.field("created_at", entry.createdAt, "When it began")
        object.field("last_seen_at", entry.lastSeenAt, "When it was last used, to the minute")
        object.field("expires_at", entry.expiresAt, "When it ends if it is not used again")
        object.field("user_agent", entry.userAgent, "What the client called itself")
        object.field("kept", entry.isKept, "Whether it lasts without being used, as its owner wanted when signing in")
    }
}
