import PorticoJobs
import PorticoSQL
import PorticoValues

/// What happens to webhooks by itself.
struct WebhookKeeper: Sendable {
    private static let batch = 500

    let desk: WebhookDesk

    /// Wakes a subscription whose delivery's wait is over.
    func resume(_ subscription: Int64, _ run: JobRun) async throws {
        try await desk.database.write { transaction in
            if try desk.lock(subscription, in: transaction) != nil { try desk.wake(subscription, in: transaction) }
            try run.finish(in: transaction)
        }
    }

    /// Wakes what was forgotten, forgets old secrets, removes old deliveries.
    func tend(_ run: JobRun) async throws {
        let now = desk.clock.now()
        try await desk.database.write { transaction in
            try wakeForgotten(at: now, in: transaction)
            try transaction.execute(
                "webhooks.forget_secrets",
                """
                UPDATE webhook_subscriptions SET old_secret = NULL, old_secret_until = NULL
                WHERE old_secret_until <= \(now)
                """)
        }
        let oldest = now - desk.configuration.policy.retention
        while try await desk.database.write({ try purge(before: oldest, in: $0) }) == WebhookKeeper.batch {
            try run.checkCancellation()
        }
    }

    /// Nothing should wait for minutes with nobody on its way; a job that failed for good would leave that behind.
    private func wakeForgotten(at now: Instant, in transaction: Transaction) throws {
        let ids = try transaction.all(
            "webhooks.forgotten",
            """
            SELECT DISTINCT subscription_id FROM webhook_deliveries
            WHERE state = 'waiting' AND due_at < \(now - .minutes(5)) ORDER BY subscription_id LIMIT 1000
            """
        ) { try Int64.read($0, 0) }
        for id in ids {
            guard let subscription = try desk.lock(id, in: transaction), subscription.state == .active else { continue }
            try desk.wake(id, in: transaction)
        }
    }

    private func purge(before instant: Instant, in transaction: Transaction) throws -> Int {
        let ids = try transaction.all(
            "webhooks.old",
            """
            SELECT id FROM webhook_deliveries WHERE created_at < \(instant) ORDER BY created_at
            LIMIT \(WebhookKeeper.batch)
            """
        ) { try Int64.read($0, 0) }
        for id in ids { try WebhookKeeper.remove(id, in: transaction) }
        return ids.count
    }

    /// Removes a delivery with its tries.
    static func remove(_ id: Int64, in transaction: Transaction) throws {
        try transaction.executeLater(
            "webhooks.remove_attempts", "DELETE FROM webhook_attempts WHERE delivery_id = \(id)")
        try transaction.executeLater("webhooks.remove", "DELETE FROM webhook_deliveries WHERE id = \(id)")
    }
}
