import PorticoJSON
import PorticoSQL
import PorticoValues

/// What owners do with deliveries.
extension WebhookDesk {
    /// The kind of the message that ``ping(_:owner:in:)`` sends.
    public static let pingKind = "webhook.ping"

    /// The deliveries of a subscription, the newest first.
    /// - Parameters:
    ///   - state: only these; nil for all.
    ///   - before: id of the last one of the page before.
    /// - Throws: ``SQLError``.
    public func deliveries(
        of subscription: Int64, state: WebhookDeliveryState? = nil, before: Int64? = nil, limit: Int = 50,
        in session: some SQLSession
    ) throws -> Page<WebhookDelivery> {
        let filter: SQL = state.map { "AND state = \($0)" } ?? ""
        let fetched = try session.all(
            "webhooks.deliveries",
            """
            SELECT \(WebhookDelivery.columns) FROM webhook_deliveries
            WHERE subscription_id = \(subscription) AND id < \(before ?? .max) \(filter)
            ORDER BY id DESC LIMIT \(limit + 1)
            """
        ) { try WebhookDelivery($0) }
        return Page(fetched: fetched, limit: limit) { [String($0.id)] }
    }

    /// One delivery with its message and its tries, or nil.
    func record(
        _ id: Int64, of subscription: Int64, in session: some SQLSession
    ) throws -> WebhookDeliveryRecord? {
        let found = try session.first(
            "webhooks.delivery",
            """
            SELECT \(WebhookDelivery.columns), body FROM webhook_deliveries
            WHERE id = \(id) AND subscription_id = \(subscription)
            """
        ) { (delivery: try WebhookDelivery($0), body: try String.read($0, 11)) }
        guard let found else { return nil }
        return WebhookDeliveryRecord(
            delivery: found.delivery, body: found.body, attempts: try attempts(of: id, in: session))
    }

    /// The tries of a delivery, the newest first.
    /// - Throws: ``SQLError``.
    public func attempts(of delivery: Int64, in session: some SQLSession) throws -> [WebhookAttempt] {
        try session.all(
            "webhooks.attempts",
            """
            SELECT at, status, error, duration, excerpt FROM webhook_attempts
            WHERE delivery_id = \(delivery) ORDER BY id DESC LIMIT 100
            """
        ) { row in
            WebhookAttempt(
                at: try row[0], status: try row[1], error: try row[2], duration: try row[3], excerpt: try row[4])
        }
    }

    /// Sends a delivery again, whatever became of it, with all of its tries. It goes before later ones of its key.
    /// - Throws: ``WebhookError`` `.unknown`, `.notActive`; ``SQLError``.
    public func redeliver(
        _ id: Int64, of subscription: Int64, owner: Int64?, in transaction: Transaction
    ) throws -> WebhookDelivery {
        try lockActive(subscription, owner: owner, in: transaction)
        let delivery = try transaction.first(
            "webhooks.redeliver",
            """
            UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, due_at = \(clock.now()), finished_at = NULL
            WHERE id = \(id) AND subscription_id = \(subscription) RETURNING \(WebhookDelivery.columns)
            """
        ) { try WebhookDelivery($0) }
        guard let delivery else { throw WebhookError.unknown }
        try wake(subscription, in: transaction)
        return delivery
    }

    /// Sends a message that says nothing, to see whether the receiver is there.
    /// - Throws: ``WebhookError`` `.unknown`, `.notActive`; ``SQLError``.
    public func ping(_ subscription: Int64, owner: Int64?, in transaction: Transaction) throws -> WebhookDelivery {
        try lockActive(subscription, owner: owner, in: transaction)
        let now = clock.now()
        let message = WebhookMessage(WebhookDesk.pingKind, at: now, data: [:])
        // A key of its own, so that it waits for nothing.
        let key = "ping/\(UUIDv7(at: now))"
        let id = try message.insert(for: subscription, key: key, at: now, in: transaction)
        try wake(subscription, in: transaction)
        guard let made = try record(id, of: subscription, in: transaction) else { throw WebhookError.unknown }
        return made.delivery
    }

    private func lockActive(_ id: Int64, owner: Int64?, in transaction: Transaction) throws {
        guard let found = try lock(id, in: transaction), owner == nil || found.owner == owner else {
            throw WebhookError.unknown
        }
        guard found.state == .active else { throw WebhookError.notActive }
    }
}
