import PorticoJSON
import PorticoOutbound
import PorticoSQL
import PorticoValues

/// Where a subscription stands.
public enum WebhookState: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
    /// It hears what happens.
    case active
    /// Its owner wants nothing for now: what happens meanwhile is not kept for it.
    case paused
    /// It failed for too long, or its receiver said that it is gone.
    case disabled
}

/// Somebody who wants to be called when things happen.
public struct WebhookSubscription: JSONRepresentable, Hashable {
    /// Id, never used again.
    public let id: Int64
    /// Account it belongs to.
    public let owner: Int64
    /// What the owner calls it.
    public let name: String
    /// Where to call. May hold secrets: for its owner only.
    public let url: String
    /// The events it wants: kinds, `bag.*` for all of a beginning, `*` for all.
    public let kinds: [String]
    /// Where it stands.
    public let state: WebhookState
    /// Why it is disabled.
    public let reason: String?
    /// Since when no delivery has worked; nil when the last one did.
    public let failingSince: Instant?
    /// When it was made.
    public let createdAt: Instant
    /// Until when the secret before the present one signs as well.
    public let oldSecretUntil: Instant?

    static let columns: SQL = """
        id, owner, name, url, kinds, state, reason, failing_since, created_at, old_secret_until
        """

    init(_ row: Row) throws {
        id = try row[0]
        owner = try row[1]
        name = try row[2]
        url = try row[3]
        kinds = WebhookSubscription.kinds(in: try row[4])
        state = try row[5]
        reason = try row[6]
        failingSince = try row[7]
        createdAt = try row[8]
        oldSecretUntil = try row[9]
    }

    private init(example id: Int64) {
        self.id = id
        owner = 3
        name = "Warehouse display"
        url = "https://display.example.org/hooks"
        kinds = ["bag.*"]
        state = .active
        reason = nil
        failingSince = nil
        createdAt = Instant(milliseconds: 1_795_258_800_000)
        oldSecretUntil = nil
    }

    /// Whether it wants events of a kind.
    public func hears(_ kind: String) -> Bool {
        kinds.contains { WebhookSubscription.covers($0, kind) }
    }

    static func covers(_ pattern: String, _ kind: String) -> Bool {
        if pattern == "*" { return true }
        return pattern.hasSuffix(".*") ? kind.hasPrefix(pattern.dropLast()) : kind == pattern
    }

    /// Kinds between spaces, sorted, each once.
    static func kinds(in text: String) -> [String] {
        Set(text.split(separator: " ").map { String($0) }).sorted()
    }

    /// What the audit keeps of it: the address without what may be secret, read as it is when it is called.
    public var audited: JSONValue {
        let origin = (try? OutboundURL(url))?.origin ?? ""
        return [
            "name": .string(name), "origin": .string(origin), "events": .string(kinds.joined(separator: " ")),
            "state": .string(state.rawValue),
        ]
    }

    /// `Webhook`.
    public static var schemaName: String { "Webhook" }
    /// A subscription to everything about bags.
    public static var example: WebhookSubscription { WebhookSubscription(example: 5) }

    /// Its members, without the secret.
    public func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id, "Id of the subscription")
        object.field("name", name, "What its owner calls it")
        object.field("url", url, "Where it is called")
        object.field("events", kinds, "The events it wants; * at the end stands for all of a beginning")
        object.field("state", state, "Where it stands")
        object.field("reason", reason, "Why it is disabled; null when it is not")
        object.field("failing_since", failingSince, "Since when no delivery has worked; null when the last one did")
        object.field("old_secret_until", oldSecretUntil, "Until when the secret before the present one signs as well")
        object.field("created_at", createdAt, "When it was made")
    }
}

/// A subscription with its secret, which nobody sees again.
struct NewWebhook: JSONRepresentable, Hashable {
    let subscription: WebhookSubscription
    let secret: String

    static var schemaName: String { "NewWebhook" }
    static var example: NewWebhook {
        NewWebhook(subscription: .example, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")
    }

    func write(to object: inout JSONObjectWriter) {
        subscription.write(to: &object)
        object.field("secret", secret, "Checks signatures (Standard Webhooks); it is not shown again")
    }
}
