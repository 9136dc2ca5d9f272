import Portico

/// Scans by warehouse day and hour, for the dashboard; applied from the events of scans.
struct ActivityProjection: EventProjection {
    let name = "bags.daily_activity"

    private struct Cell: Hashable {
        let area: String
        let date: String
        let hour: Int
        let kind: String
        let outcome: String
    }

    func apply(_ events: [PublishedEvent], in transaction: Transaction) throws {
        try count(events.map(\.event), in: transaction)
    }

    /// Adds events to their hours.
    /// - Throws: ``SQLError``.
    func count(_ events: [Event], in transaction: Transaction) throws {
        var counts: [Cell: Int] = [:]
        for event in events {
            if let cell = ActivityProjection.cell(event) { counts[cell, default: 0] += 1 }
        }
        for (cell, count) in counts {
            try transaction.executeLater(
                "activity.add",
                """
                INSERT INTO daily_activity (area_code, date, hour, kind, outcome, count)
                VALUES (\(cell.area), \(cell.date), \(cell.hour), \(cell.kind), \(cell.outcome), \(count))
                ON CONFLICT (area_code, date, hour, kind, outcome)
                DO UPDATE SET count = daily_activity.count + excluded.count
                """)
        }
    }

    /// The hour an event counts in; nil for events that are no scans.
    private static func cell(_ event: Event) -> Cell? {
        guard [ScanEvents.accepted, ScanEvents.rejected, ScanEvents.undone].contains(event.kind),
            let kind = event.payload["kind"]?.string, let outcome = event.payload["outcome"]?.string
        else { return nil }
        return Cell(
            area: event.payload["area_code"]?.string ?? "", date: TimeZoneOffset.india.date(of: event.at).text,
            hour: Int(TimeZoneOffset.india.clockText(of: event.at).prefix(2)) ?? 0, kind: kind, outcome: outcome)
    }
}
