import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoValues

/// What is told of a job that somebody follows: that it began, how far it is, and how it ended, whatever ended it.
///
/// Each change is an event of the outbox, written in the transaction that makes it true, so that every node hears of it and
/// nobody hears of what did not happen. Jobs without an owner are followed by nobody and tell nothing.
public enum JobChange {
    /// The kind of the events.
    public static let kind = "job.changed"

    /// The key of a job's events.
    public static func key(_ id: Int64) -> String { "job:\(id)" }

    /// `{"id","name","state","progress":{"done","total"}}`, with the states that clients know.
    public static func payload(_ record: JobRecord) -> JSONValue {
        [
            "id": .string(String(record.id)), "name": .string(record.name), "state": .string(record.state.published),
            "progress": [
                "done": .integer(record.done ?? 0), "total": record.total.map { .integer($0) } ?? .null,
            ],
        ]
    }
}

extension JobQueue {
    /// Tells how a job stands now, if somebody follows it.
    func tell(_ id: Int64, in transaction: Transaction) throws {
        guard let outbox, let record = try record(id, in: transaction), record.owner != nil else { return }
        let event = Event(
            JobChange.kind, key: JobChange.key(id), payload: JobChange.payload(record), at: clock.now())
        try outbox.publish(event, in: transaction)
    }

    /// The same for a run, which knows whether somebody follows.
    func tell(_ job: ClaimedJob, in transaction: Transaction) throws {
        if job.owner != nil { try tell(job.id, in: transaction) }
    }
}
