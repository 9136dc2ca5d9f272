import PorticoIdentity
import PorticoSQL
import PorticoValues

/// What owners do with their subscriptions.
extension WebhookDesk {
    /// Makes a subscription.
    /// - Returns: it, and the secret that nobody sees again.
    /// - Throws: ``WebhookError`` `.invalid`, `.tooMany`; ``SQLError``.
    public func create(
        _ wish: WebhookWish, owner: Int64, in transaction: Transaction
    ) throws -> (subscription: WebhookSubscription, secret: WebhookSecret) {
        try check(wish)
        let most = configuration.policy.mostPerOwner
        let count = try transaction.scalar(
            "webhooks.count", "SELECT count(*) FROM webhook_subscriptions WHERE owner = \(owner)", as: Int.self)
        guard (count ?? 0) < most else { throw WebhookError.tooMany(limit: most) }
        let made = try transaction.first(
            "webhooks.insert",
            """
            INSERT INTO webhook_subscriptions (owner, name, url, kinds, secret, state, created_at)
            VALUES (\(owner), \(wish.name), \(wish.url), \(WebhookDesk.text(wish.kinds)), \([UInt8]()),
                \(WebhookState.active), \(clock.now()))
            RETURNING \(WebhookSubscription.columns)
            """
        ) { try WebhookSubscription($0) }
        guard let made else { throw SQLError(.unexpectedNull, message: "no row for a webhook") }
        let secret = WebhookSecret()
        // The seal is bound to the id, which the row has only now.
        try transaction.execute(
            "webhooks.keep_secret",
            """
            UPDATE webhook_subscriptions SET secret = \(seal(secret, of: made.id, in: "secret")) WHERE id = \(made.id)
            """)
        return (made, secret)
    }

    /// One subscription, or nil when there is none or it is somebody else's.
    /// - Parameter owner: nil for whoever's.
    /// - Throws: ``SQLError``.
    public func subscription(
        _ id: Int64, owner: Int64?, in session: some SQLSession
    ) throws -> WebhookSubscription? {
        try session.first(
            "webhooks.by_id",
            "SELECT \(WebhookSubscription.columns) FROM webhook_subscriptions WHERE id = \(id) \(WebhookDesk.of(owner))"
        ) { try WebhookSubscription($0) }
    }

    /// Subscriptions, the newest first.
    /// - Parameters:
    ///   - owner: nil for all.
    ///   - before: id of the last one of the page before.
    /// - Throws: ``SQLError``.
    public func subscriptions(
        owner: Int64?, before: Int64? = nil, limit: Int = 50, in session: some SQLSession
    ) throws -> Page<WebhookSubscription> {
        let fetched = try session.all(
            "webhooks.list",
            """
            SELECT \(WebhookSubscription.columns) FROM webhook_subscriptions
            WHERE id < \(before ?? .max) \(WebhookDesk.of(owner)) ORDER BY id DESC LIMIT \(limit + 1)
            """
        ) { try WebhookSubscription($0) }
        return Page(fetched: fetched, limit: limit) { [String($0.id)] }
    }

    /// Changes a subscription. Making it active again forgets its failures and sends what waits.
    /// - Throws: ``WebhookError``; ``SQLError``.
    public func change(
        _ id: Int64, to wish: WebhookWish, isActive: Bool, owner: Int64?, in transaction: Transaction
    ) throws -> WebhookSubscription {
        try check(wish)
        guard try lock(id, in: transaction) != nil, let before = try subscription(id, owner: owner, in: transaction)
        else { throw WebhookError.unknown }
        // A disabled one that is not made active stays what it is.
        let idle: WebhookState = before.state == .disabled ? .disabled : .paused
        let state: WebhookState = isActive ? .active : idle
        let changed = try transaction.first(
            "webhooks.change",
            """
            UPDATE webhook_subscriptions SET name = \(wish.name), url = \(wish.url),
                kinds = \(WebhookDesk.text(wish.kinds)), state = \(state),
                reason = CASE WHEN \(isActive ? 1 : 0) = 1 THEN NULL ELSE reason END,
                failing_since = CASE WHEN \(isActive ? 1 : 0) = 1 THEN NULL ELSE failing_since END
            WHERE id = \(id) RETURNING \(WebhookSubscription.columns)
            """
        ) { try WebhookSubscription($0) }
        guard let changed else { throw WebhookError.unknown }
        if isActive, before.state != .active {
            let now = clock.now()
            try transaction.execute(
                "webhooks.hurry",
                """
                UPDATE webhook_deliveries SET due_at = \(now)
                WHERE subscription_id = \(id) AND state = 'waiting' AND due_at > \(now)
                """)
            try wake(id, in: transaction)
        }
        return changed
    }

    /// Gives a subscription another secret; the present one signs beside it for a while.
    /// - Throws: ``WebhookError/unknown``; ``SQLError``.
    public func rotateSecret(
        _ id: Int64, owner: Int64?, in transaction: Transaction
    ) throws -> (subscription: WebhookSubscription, secret: WebhookSecret) {
        guard try lock(id, in: transaction) != nil, try subscription(id, owner: owner, in: transaction) != nil,
            let sealed = try transaction.scalar(
                "webhooks.sealed", "SELECT secret FROM webhook_subscriptions WHERE id = \(id)", as: [UInt8].self)
        else { throw WebhookError.unknown }
        // One that can't be read any more has nothing to sign with.
        let old = open(sealed, of: id).map { seal($0, of: id, in: "old_secret") }
        let until = old.map { _ in clock.now() + configuration.policy.overlap }
        let secret = WebhookSecret()
        let changed = try transaction.first(
            "webhooks.rotate",
            """
            UPDATE webhook_subscriptions SET secret = \(seal(secret, of: id, in: "secret")), old_secret = \(old),
                old_secret_until = \(until)
            WHERE id = \(id) RETURNING \(WebhookSubscription.columns)
            """
        ) { try WebhookSubscription($0) }
        guard let changed else { throw WebhookError.unknown }
        return (changed, secret)
    }

    /// Removes a subscription with all its deliveries.
    /// - Returns: what it was.
    /// - Throws: ``WebhookError/unknown``; ``SQLError``.
    @discardableResult
    public func remove(_ id: Int64, owner: Int64?, in transaction: Transaction) throws -> WebhookSubscription {
        guard try lock(id, in: transaction) != nil, let found = try subscription(id, owner: owner, in: transaction)
        else { throw WebhookError.unknown }
        try transaction.execute(
            "webhooks.remove_all_attempts",
            """
            DELETE FROM webhook_attempts
            WHERE delivery_id IN (SELECT id FROM webhook_deliveries WHERE subscription_id = \(id))
            """)
        try transaction.execute(
            "webhooks.remove_deliveries", "DELETE FROM webhook_deliveries WHERE subscription_id = \(id)")
        try transaction.execute(
            "webhooks.remove_subscription", "DELETE FROM webhook_subscriptions WHERE id = \(id)")
        return found
    }

    /// The sealed columns, for a change of the master secret.
    public static var rotations: [FieldRotation] {
        [
            FieldRotation(table: "webhook_subscriptions", column: "secret"),
            FieldRotation(table: "webhook_subscriptions", column: "old_secret"),
        ]
    }

    // MARK: Secrets

    func open(_ sealed: [UInt8], of id: Int64) -> WebhookSecret? {
        configuration.seal.open(sealed, at: WebhookDesk.place("secret", id)).map { WebhookSecret(bytes: $0) }
    }

    func openOld(_ sealed: [UInt8], of id: Int64) -> WebhookSecret? {
        configuration.seal.open(sealed, at: WebhookDesk.place("old_secret", id)).map { WebhookSecret(bytes: $0) }
    }

    private func seal(_ secret: WebhookSecret, of id: Int64, in column: String) -> [UInt8] {
        configuration.seal.seal(secret.key, at: WebhookDesk.place(column, id))
    }

    private static func place(_ column: String, _ id: Int64) -> SealedPlace {
        SealedPlace(table: "webhook_subscriptions", column: column, row: String(id))
    }

    private static func of(_ owner: Int64?) -> SQL {
        owner.map { "AND owner = \($0)" } ?? ""
    }

    private static func text(_ kinds: [String]) -> String {
        Set(kinds).sorted().joined(separator: " ")
    }
}
