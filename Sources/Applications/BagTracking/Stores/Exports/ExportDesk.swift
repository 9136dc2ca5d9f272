import Portico

/// Lets everybody have a few requests of the class `bulk` at once, over all nodes (rule R37): exports, imports that are sent,
/// label sheets, what is kept about a person. Each is heavy; an export also holds a connection and keeps old rows from being
/// cleaned up.
///
/// One that runs holds a place of its person in the database, and renews it while it runs: the place of a node that was
/// killed is free again after ``lease``.
final class ExportDesk: Sendable {
    /// For how long a place is held without being renewed.
    static let lease = Span.seconds(45)
    /// From one renewal to the next.
    private static let renewal = Span.seconds(15)

    private let most: Int
    private let database: Database
    private let clock: Clock
    private let metrics: BagMetrics

    init(most: Int, database: Database, clock: Clock, metrics: BagMetrics) {
        self.most = most
        self.database = database
        self.clock = clock
        self.metrics = metrics
    }

    /// The right to one more; it ends with the last who holds it.
    /// - Parameter isExport: whether the figure of running exports counts it.
    /// - Throws: 429 `too_many_running`, ``SQLError``.
    func admit(_ userID: Int64, isExport: Bool = true) async throws -> ExportPermit {
        let holder = randomBytes(12).hexadecimal
        let (now, most) = (clock.now(), most)
        let isAdmitted = try await database.write { transaction in
            for place in 1...max(1, most) {
                if try ExportDesk.take(place, of: userID, for: holder, at: now, in: transaction) { return true }
            }
            return false
        }
        guard isAdmitted else {
            throw Problem(
                429, "too_many_running",
                "You have \(most) exports, imports or label sheets under way. Wait until one has ended, or break it off.",
                headers: ["retry-after": "10"])
        }
        if isExport { metrics.exportsRunning(by: 1) }
        return ExportPermit(
            desk: self, holder: holder, isExport: isExport, renewing: Task { [weak self] in await self?.renew(holder) })
    }

    /// Takes a place that nobody has, or whose holder no longer renews it. The key lets one of several win.
    private static func take(
        _ place: Int, of userID: Int64, for holder: String, at now: Instant, in transaction: Transaction
    ) throws -> Bool {
        try transaction.execute(
            "exports.take_place",
            """
            INSERT INTO export_places (user_id, place, holder, held_until)
            VALUES (\(userID), \(place), \(holder), \(now + lease))
            ON CONFLICT (user_id, place) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
                WHERE export_places.held_until <= \(now)
            """) == 1
    }

    /// Holds a place for as long as the task runs.
    private func renew(_ holder: String) async {
        while (try? await Task.sleep(for: .milliseconds(ExportDesk.renewal.milliseconds))) != nil {
            let until = clock.now() + ExportDesk.lease
            // What a failing database keeps from being renewed is renewed with the next turn.
            _ = try? await database.write { transaction in
                try transaction.execute(
                    "exports.renew_place",
                    "UPDATE export_places SET held_until = \(until) WHERE holder = \(holder)")
            }
        }
    }

    /// Gives a place back.
    func release(_ holder: String, isExport: Bool) async {
        if isExport { metrics.exportsRunning(by: -1) }
        // A place that can't be given back now is free with its lease.
        _ = try? await database.write { transaction in
            try transaction.execute("exports.free_place", "DELETE FROM export_places WHERE holder = \(holder)")
        }
    }
}
