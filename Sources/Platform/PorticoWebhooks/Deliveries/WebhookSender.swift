import PorticoJobs
import PorticoOutbound
import PorticoSQL
import PorticoValues

/// Delivers what is due to a subscription: keys side by side, the deliveries of one key one after another.
///
/// A run is one turn: bounded by number and by time, after which the job goes behind those of other receivers and comes
/// again. So it ends long before its job's timeout, which would break off calls of which nobody wrote down how they ended.
///
/// A delivery whose process dies after the receiver took it is sent again with the same `webhook-id`.
struct WebhookSender: Sendable {
    /// Deliveries of one run, after which others get their turn.
    private static let turn = 200
    /// How long a run begins calls; the last ones may take their timeout beyond it.
    static let turnLength = Span.seconds(60)
    /// The most of an answer that is read: bytes.
    private static let answerLimit = 4096

    let desk: WebhookDesk
    /// Monotonic nanoseconds, by which turns are bounded.
    var elapsed: @Sendable () -> Int64 = monotonicNanoseconds

    /// A delivery that is due.
    struct Due: Sendable {
        let id: Int64
        let messageID: String
        let body: String
        let attempts: Int
    }

    /// A subscription that is to be called.
    private struct Receiver: Sendable {
        let id: Int64
        let url: String
        let secrets: [WebhookSecret]
    }

    private enum Found: Sendable {
        case nothing
        case unreadable
        case due(Receiver, [Due])
    }

    /// Delivers until nothing is due or the turn is over.
    func run(_ subscription: Int64, _ run: JobRun) async throws {
        let end = elapsed() + WebhookSender.turnLength.milliseconds * 1_000_000
        var sent = 0
        while sent < WebhookSender.turn, sent == 0 || elapsed() < end {
            try run.checkCancellation()
            let found = try await desk.database.read { try find(subscription, at: desk.clock.now(), in: $0) }
            switch found {
            case .nothing:
                if try await finish(subscription, run) { return }
            case .unreadable:
                try await disable(subscription, "its secret can't be read any more")
            case .due(let receiver, let deliveries):
                try await send(all: deliveries, to: receiver)
                sent += deliveries.count
            }
        }
        throw JobFailure.postponed(by: .milliseconds(0), "more_to_deliver", "More is on its way.")
    }

    /// Ends the job unless something became due meanwhile. Whoever adds a delivery holds the subscription's row and
    /// thereby comes before this or finds the job ended.
    private func finish(_ subscription: Int64, _ run: JobRun) async throws -> Bool {
        try await desk.database.write { transaction in
            let current = try desk.lock(subscription, in: transaction)
            let isDone =
                try current?.state != .active
                || WebhookSender.due(subscription, 1, at: desk.clock.now(), in: transaction).isEmpty
            if isDone { try run.finish(in: transaction) }
            return isDone
        }
    }

    private func find(_ subscription: Int64, at now: Instant, in reading: Reading) throws -> Found {
        let row = try reading.first(
            "webhooks.receiver",
            """
            SELECT url, secret, old_secret, old_secret_until FROM webhook_subscriptions
            WHERE id = \(subscription) AND state = 'active'
            """
        ) { row in
            (
                url: try String.read(row, 0), secret: try [UInt8].read(row, 1), old: try [UInt8]?.read(row, 2),
                until: try Instant?.read(row, 3)
            )
        }
        guard let row else { return .nothing }
        let due = try WebhookSender.due(subscription, desk.configuration.policy.parallel, at: now, in: reading)
        guard !due.isEmpty else { return .nothing }
        guard let secret = desk.open(row.secret, of: subscription) else { return .unreadable }
        var secrets = [secret]
        if let old = row.old, let until = row.until, now < until, let opened = desk.openOld(old, of: subscription) {
            secrets.append(opened)
        }
        return .due(Receiver(id: subscription, url: row.url, secrets: secrets), due)
    }

    /// The oldest of each key, where it is due.
    static func due(
        _ subscription: Int64, _ limit: Int, at now: Instant, in session: some SQLSession
    ) throws -> [Due] {
        try session.all(
            "webhooks.due",
            """
            SELECT id, message_id, body, attempts FROM webhook_deliveries d
            WHERE subscription_id = \(subscription) AND state = 'waiting' AND due_at <= \(now)
                AND NOT EXISTS (
                    SELECT 1 FROM webhook_deliveries e
                    WHERE e.subscription_id = d.subscription_id AND e.key = d.key AND e.state = 'waiting'
                        AND e.id < d.id)
            ORDER BY id LIMIT \(limit)
            """
        ) { Due(id: try $0[0], messageID: try $0[1], body: try $0[2], attempts: try $0[3]) }
    }

    /// Each gets its end, whatever becomes of the others: a try that is broken off would be made again.
    private func send(all deliveries: [Due], to receiver: Receiver) async throws {
        let failures = await withTaskGroup(of: Result<Void, any Error>.self) { group in
            for delivery in deliveries {
                group.addTask {
                    do {
                        return .success(try await send(delivery, to: receiver))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for failure in failures { try failure.get() }
    }

    private func send(_ delivery: Due, to receiver: Receiver) async throws {
        let started = monotonicNanoseconds()
        let verdict: WebhookVerdict
        do {
            let answer = try await desk.client.send(try request(delivery, to: receiver), to: desk.destination)
            verdict = WebhookVerdict(answer, at: desk.clock.now())
        } catch let error as OutboundError {
            // Nobody was called: the delivery stays due and its job comes again.
            if [.busy, .closed].contains(error.code) {
                throw JobFailure.postponed(by: .seconds(5), "no_room", "Too much is on its way.")
            }
            verdict = WebhookVerdict(error)
        }
        let took = (monotonicNanoseconds() - started) / 1_000_000
        // In a task of its own: what is known of a call is written down, also when the run is to end meanwhile.
        try await Task { [desk] in
            try await WebhookLedger(desk: desk).record(verdict, took, of: delivery, subscription: receiver.id)
        }.value
    }

    private func request(_ delivery: Due, to receiver: Receiver) throws -> OutboundRequest {
        let body = Array(delivery.body.utf8)
        var request = OutboundRequest(
            "POST", try OutboundURL(receiver.url), body: body, timeout: desk.configuration.policy.timeout)
        request.headers = WebhookSignature.fields(
            id: delivery.messageID, at: desk.clock.now(), body: body, secrets: receiver.secrets)
        request.headers.append((name: "content-type", value: "application/json"))
        request.bodyLimit = WebhookSender.answerLimit
        request.cutsBody = true
        // Receivers know repetitions by the id.
        request.isIdempotent = true
        return request
    }

    private func disable(_ subscription: Int64, _ reason: String) async throws {
        try await desk.database.write { try WebhookLedger(desk: desk).disable(subscription, reason, in: $0) }
    }
}
