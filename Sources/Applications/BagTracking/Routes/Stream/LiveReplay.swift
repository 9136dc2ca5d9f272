import Portico

/// What a client that comes back has missed, read from the outbox.
///
/// Where few events happened at all, they are read together, because they serve the next client too. Else the client's own are
/// read, by the areas and jobs that its topics are about, a page at a time.
struct LiveReplay: Sendable {
    /// How much is read.
    struct Limits: Sendable {
        /// So many events of all areas are read together.
        var together: Int64 = 4000
        /// Events of a page, over all keys.
        var page = 1000
        /// The most events of a stream's areas and jobs that its client is told of one by one: fifteen minutes of 166 a
        /// second. A client that missed more has to load anew.
        var most = 150_000
    }

    /// Imports whose jobs are told to those who watch all of them: the newest, more than a quarter of an hour takes.
    private static let imports = 100

    let database: Database
    let outbox: EventOutbox
    var limits = Limits()

    /// A page; nil when events of it are no longer kept, or they are too many.
    /// - Throws: ``SQLError``.
    func page(_ request: ReplayRequest) async throws -> ReplayPage? {
        try await database.read { [outbox, limits] reading in
            guard let kept = try outbox.kept(in: reading), kept.contains(request.position) else { return nil }
            // What this process has yet to deliver comes as it is delivered.
            let end = max(outbox.delivered ?? kept.upperBound, request.position)
            if end.id - request.position.id <= limits.together {
                let events = try outbox.events(
                    after: request.position, through: end, limit: Int(limits.together), in: reading)
                return ReplayPage(
                    messages: events.compactMap(LiveMessage.of), through: end, isLast: true, isOfAllTopics: true)
            }
            let keys = try LiveReplay.keys(of: request.topics, in: reading)
            let missed = MissedEvents(after: request.position, through: end, keys: keys)
            if request.isFirst, try missed.count(atMost: limits.most + 1, in: reading) > limits.most { return nil }
            let (events, through) = try missed.page(of: limits.page, in: reading)
            return ReplayPage(
                messages: events.compactMap(LiveMessage.of), through: through, isLast: through == end)
        }
    }

    /// The keys under which the events of topics are.
    private static func keys(of topics: Set<String>, in reading: Reading) throws -> [String] {
        var keys: Set<String> = []
        for topic in topics {
            switch LiveTopics.subject(of: topic) {
            case .key(let key): keys.insert(key)
            case .bill(let id):
                let area = try reading.scalar(
                    "live.area_of_bill", "SELECT area_code FROM bills WHERE id = \(id)", as: String.self)
                if let area { keys.insert(area) }
            case .everywhere:
                keys.formUnion(try reading.all("live.areas", "SELECT code FROM areas") { try $0[0] as String })
                keys.insert("")
            case .imports:
                keys.formUnion(
                    try reading.all(
                        "live.imports", "SELECT job_id FROM imports ORDER BY job_id DESC LIMIT \(LiveReplay.imports)"
                    ) { JobChange.key(try $0[0] as Int64) })
            case .nothing: break
            }
        }
        return keys.sorted()
    }
}
