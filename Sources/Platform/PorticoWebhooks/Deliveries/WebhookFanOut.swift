import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoValues

/// Turns events into deliveries, in the transaction that advances its position: each event once, for whoever wants it
/// by then.
struct WebhookFanOut: EventProjection {
    let desk: WebhookDesk

    var name: String { "webhooks" }

    func apply(_ events: [PublishedEvent], in transaction: Transaction) throws {
        let known = Set(desk.configuration.kinds.map(\.name))
        let told = events.filter { known.contains($0.event.kind) }
        guard !told.isEmpty else { return }
        let now = desk.clock.now()
        // Locked, so that a delivery job that is about to end sees what is added here.
        let active = try transaction.all(
            "webhooks.active",
            """
            SELECT \(WebhookSubscription.columns) FROM webhook_subscriptions
            WHERE state = 'active' ORDER BY id\(transaction.dialect.forUpdate)
            """
        ) { try WebhookSubscription($0) }
        for subscription in active {
            var hasNews = false
            for published in told where subscription.hears(published.event.kind) {
                guard let data = desk.configuration.telling(published.event, subscription) else { continue }
                let message = WebhookMessage(published.event.kind, at: published.event.at, data: data)
                let key = desk.configuration.order == .ofKey ? published.event.key : ""
                try message.insert(for: subscription.id, key: key, at: now, in: transaction)
                hasNews = true
            }
            if hasNews { try desk.wake(subscription.id, in: transaction) }
        }
    }
}

/// What a receiver gets: `type`, `timestamp`, `data`.
struct WebhookMessage {
    let kind: String
    let body: String

    init(_ kind: String, at instant: Instant, data: JSONValue) {
        self.kind = kind
        let value: JSONValue = ["type": .string(kind), "timestamp": .string(instant.rfc3339), "data": data]
        body = String(decoding: value.bytes, as: UTF8.self)
    }

    /// Writes the delivery. The caller wakes the subscription.
    @discardableResult
    func insert(
        for subscription: Int64, key: String, at now: Instant, in transaction: Transaction
    ) throws -> Int64 {
        let id = try transaction.scalar(
            "webhooks.enqueue",
            """
            INSERT INTO webhook_deliveries (subscription_id, message_id, kind, key, body, state, attempts, due_at,
                created_at)
            VALUES (\(subscription), \("msg_\(UUIDv7(at: now))"), \(kind), \(key), \(body),
                \(WebhookDeliveryState.waiting), 0, \(now), \(now))
            RETURNING id
            """, as: Int64.self)
        guard let id else { throw SQLError(.unexpectedNull, message: "no id for a delivery") }
        return id
    }
}
