import PorticoJobs
import PorticoSQL
import PorticoValues

/// Writes what came of a try, and what follows from it, in one transaction.
struct WebhookLedger: Sendable {
    let desk: WebhookDesk

    /// Notes a try: the delivery is done, waits for another, or has failed; a receiver that failed for too long is given
    /// up.
    func record(
        _ verdict: WebhookVerdict, _ milliseconds: Int64, of delivery: WebhookSender.Due, subscription: Int64
    ) async throws {
        let outcome = try await desk.database.write { transaction -> String in
            let now = desk.clock.now()
            try transaction.execute(
                "webhooks.note",
                """
                INSERT INTO webhook_attempts (delivery_id, at, status, error, duration, excerpt)
                VALUES (\(delivery.id), \(now), \(verdict.status), \(verdict.error), \(milliseconds), \(verdict.excerpt))
                """)
            guard verdict.error != nil else {
                try deliver(delivery, verdict, at: now, in: transaction)
                try transaction.execute(
                    "webhooks.well",
                    """
                    UPDATE webhook_subscriptions SET failing_since = NULL
                    WHERE id = \(subscription) AND failing_since IS NOT NULL
                    """)
                return "delivered"
            }
            let isFinal = try fail(delivery, verdict, subscription: subscription, at: now, in: transaction)
            try giveUp(subscription, verdict, at: now, in: transaction)
            return isFinal ? "failed" : "again"
        }
        desk.metrics.tried(outcome)
        desk.configuration.whenTried(outcome)
    }

    /// Disables a subscription; what waits stays, for the case that somebody activates it again.
    func disable(_ id: Int64, _ reason: String, in transaction: Transaction) throws {
        let disabled = try transaction.first(
            "webhooks.disable",
            """
            UPDATE webhook_subscriptions SET state = 'disabled', reason = \(reason)
            WHERE id = \(id) AND state = 'active' RETURNING \(WebhookSubscription.columns)
            """
        ) { try WebhookSubscription($0) }
        guard let disabled else { return }
        try desk.configuration.whenDisabled(disabled, transaction)
        transaction.afterCommit { [metrics = desk.metrics] in metrics.disabledOne() }
    }

    private func deliver(
        _ delivery: WebhookSender.Due, _ verdict: WebhookVerdict, at now: Instant, in transaction: Transaction
    ) throws {
        try transaction.execute(
            "webhooks.delivered",
            """
            UPDATE webhook_deliveries SET state = 'delivered', attempts = attempts + 1, status = \(verdict.status),
                error = NULL, finished_at = \(now)
            WHERE id = \(delivery.id) AND state = 'waiting'
            """)
    }

    /// - Returns: whether it was the last try.
    private func fail(
        _ delivery: WebhookSender.Due, _ verdict: WebhookVerdict, subscription: Int64, at now: Instant,
        in transaction: Transaction
    ) throws -> Bool {
        var generator = SystemRandomNumberGenerator()
        let wait = desk.configuration.policy.wait(
            after: delivery.attempts + 1, atLeast: verdict.retryAfter, using: &generator)
        guard let wait else {
            try transaction.execute(
                "webhooks.failed",
                """
                UPDATE webhook_deliveries SET state = 'failed', attempts = attempts + 1, status = \(verdict.status),
                    error = \(verdict.error), finished_at = \(now)
                WHERE id = \(delivery.id) AND state = 'waiting'
                """)
            return true
        }
        let changed = try transaction.execute(
            "webhooks.again",
            """
            UPDATE webhook_deliveries SET attempts = attempts + 1, status = \(verdict.status),
                error = \(verdict.error), due_at = \(now + wait)
            WHERE id = \(delivery.id) AND state = 'waiting'
            """)
        if changed == 1 {
            try desk.jobs.enqueue(
                ResumeWebhooks(subscription: subscription, delivery: delivery.id), .init(notBefore: now + wait),
                in: transaction)
        }
        return false
    }

    private func giveUp(
        _ subscription: Int64, _ verdict: WebhookVerdict, at now: Instant, in transaction: Transaction
    ) throws {
        if verdict.isGone {
            return try disable(subscription, "the receiver says that it is gone (410)", in: transaction)
        }
        let since = try transaction.scalar(
            "webhooks.ill",
            """
            UPDATE webhook_subscriptions SET failing_since = coalesce(failing_since, \(now))
            WHERE id = \(subscription) RETURNING failing_since
            """, as: Instant.self)
        guard let since, now - since >= desk.configuration.policy.disableAfter else { return }
        let cause = verdict.status.map { "status \($0)" } ?? verdict.error ?? "no answer"
        try disable(subscription, "no delivery has worked since \(since.rfc3339); last: \(cause)", in: transaction)
    }
}
