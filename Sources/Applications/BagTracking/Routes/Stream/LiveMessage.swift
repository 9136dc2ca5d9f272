import Portico

/// What live updates say of an event (§9 of the interface).
///
/// Figures and jobs have a key: a client that is slow gets the newest of them and not each in between. Scans and bills have
/// none, because each of them counts.
enum LiveMessage {
    /// The message of an event; nil for events that nobody watches.
    static func of(_ published: PublishedEvent) -> TopicMessage? {
        let event = published.event
        if isOfJob(event) { return job(published) }
        if BillEvents.isBill(event.kind) { return bill(published) }
        guard [ScanEvents.accepted, ScanEvents.rejected, ScanEvents.undone].contains(event.kind) else { return nil }
        return scan(published)
    }

    /// Whether an event tells how far a job is. Its key is the job's topic.
    static func isOfJob(_ event: Event) -> Bool {
        event.kind == JobChange.kind || event.kind == ImportEvents.progressKind
    }

    /// Figures as they are. Without a position: they are not told once more to somebody who comes back.
    static func stats(_ figures: StatsReader.Figures) throws -> TopicMessage {
        TopicMessage(
            position: nil, topics: [LiveTopics.stats(figures.stats.areaCode)], event: "stats",
            data: try JSONValue(parsing: JSONWriter.encode(StatsAnswer(stats: figures.stats, asOf: figures.asOf))),
            key: "stats")
    }

    /// A job as it is, for somebody who has just begun to watch it.
    static func job(_ record: JobRecord) -> TopicMessage {
        TopicMessage(
            position: nil, topics: [LiveTopics.job(record.id)], event: "job", data: JobChange.payload(record).shown,
            key: "job")
    }

    private static func job(_ published: PublishedEvent) -> TopicMessage {
        let payload = published.event.payload
        let isImport =
            published.event.kind == ImportEvents.progressKind || payload["name"]?.string == ImportJob.name
        return TopicMessage(
            position: published.position,
            topics: isImport ? [published.event.key, LiveTopics.imports] : [published.event.key], event: "job",
            data: payload.shown, key: "job")
    }

    private static func scan(_ published: PublishedEvent) -> TopicMessage {
        let (area, payload) = (published.event.key, published.event.payload)
        var topics: Set<String> = [LiveTopics.area(area)]
        let sack = payload["kind"]?.string == ScanKind.child.rawValue ? payload["parent_code"] : payload["code"]
        if let sack = sack?.string {
            topics.insert(LiveTopics.parent(sack, view: area))
            topics.insert(LiveTopics.parent(sack, view: nil))
        }
        let data = scanMembers.map { (key: $0, value: payload[$0] ?? .null) }
        var tags: [String: String] = [:]
        for tag in ["kind", "outcome"] { tags[tag] = payload[tag]?.string }
        return TopicMessage(
            position: published.position, topics: topics, event: "scan", data: .object(data), tags: tags)
    }

    private static func bill(_ published: PublishedEvent) -> TopicMessage {
        let payload = published.event.payload
        let data = BillEvents.members.map { (key: $0, value: payload[$0] ?? .null) }
        return TopicMessage(
            position: published.position,
            topics: [LiveTopics.area(published.event.key), LiveTopics.bill(payload["id"]?.string ?? "")],
            event: "bill", data: .object(data))
    }

    private static let scanMembers = [
        "scan_id", "kind", "outcome", "code", "parent_code", "child_count", "capacity", "status", "user_name",
        "recorded_at",
    ]
}

extension JSONValue {
    /// What those who watch a job see of its event.
    fileprivate var shown: JSONValue {
        .object(["id", "state", "progress"].map { (key: $0, value: self[$0] ?? .null) })
    }
}
