import PorticoJSON
import PorticoJobs
import PorticoValues

/// Delivers what is due to one subscription; there is never more than one such job of it.
struct DeliverWebhooks: Job {
    static let name = "webhooks.deliver"
    static let queue = "webhooks"
    /// What takes a moment, and waits for no receiver, has a queue of its own.
    static let upkeepQueue = "webhooks.upkeep"
    static let policy = JobPolicy(
        queue: queue, retries: 20, firstRetry: .seconds(2), longestRetry: .minutes(5), softTimeout: .seconds(600),
        hardTimeout: .seconds(660))
    let subscription: Int64
    var payload: JSONValue { ["subscription": .integer(subscription)] }
    var uniqueness: JobUniqueness? { .whileActive(String(subscription)) }

    init(subscription: Int64) {
        self.subscription = subscription
    }

    init(payload: JSONValue) throws {
        subscription = try payload.integer("subscription")
    }
}

/// Wakes a subscription when a delivery's wait is over. A job of its own, so that what comes meanwhile does not wait too.
struct ResumeWebhooks: Job {
    static let name = "webhooks.resume"
    static let policy = JobPolicy(
        queue: DeliverWebhooks.upkeepQueue, retries: 20, firstRetry: .seconds(2), longestRetry: .minutes(5))
    let subscription: Int64
    let delivery: Int64
    var payload: JSONValue { ["subscription": .integer(subscription), "delivery": .integer(delivery)] }

    init(subscription: Int64, delivery: Int64) {
        self.subscription = subscription
        self.delivery = delivery
    }

    init(payload: JSONValue) throws {
        subscription = try payload.integer("subscription")
        delivery = try payload.integer("delivery")
    }
}

/// Removes old deliveries and wakes what was forgotten.
struct TendWebhooks: Job {
    static let name = "webhooks.tend"
    static let policy = JobPolicy(queue: DeliverWebhooks.upkeepQueue)
    var payload: JSONValue { [:] }
    var uniqueness: JobUniqueness? { .whileActive("tend") }

    init() {}
    init(payload: JSONValue) {}
}
