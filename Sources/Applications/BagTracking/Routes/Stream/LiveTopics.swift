import Portico

/// What a client may watch (§9 of the interface): `area:<code>`, `parent:<code>`, `bill:<id>`, `job:<id>` and `stats`;
/// `imports`, the jobs of all imports, for those who run them; `presence` and `presence:bill:<id>`, who is at work and who has
/// a bill open. Areas and sacks may be watched in part: `area:lucknow;kind=child;outcome=linked`.
/// Inside the hub the topics of sacks and figures also name whose view it is, so that nobody hears of another area.
enum LiveTopics {
    /// The most topics of one stream.
    static let most = 20

    /// An area's scans.
    static func area(_ code: String) -> String { "area:\(code)" }

    /// The scans at a sack, as people of one area see them, or of all with nil.
    static func parent(_ code: String, view: String?) -> String { "parent:\(code)@\(view ?? "*")" }

    /// A bill. Its area never changes, so whoever may watch it once may watch it on.
    static func bill(_ id: String) -> String { "bill:\(id)" }

    /// A job.
    static func job(_ id: Int64) -> String { "job:\(id)" }

    /// The jobs of all imports.
    static let imports = "imports"

    /// The job that a topic of ``job(_:)`` names; nil for another topic.
    static func job(in topic: String) -> Int64? {
        topic.hasPrefix("job:") ? Int64(topic.dropFirst("job:".count)) : nil
    }

    /// Where the events of a topic are found.
    enum Subject: Sendable, Hashable {
        /// Under this key.
        case key(String)
        /// Under the area of this bill.
        case bill(Int64)
        /// Under the areas: a sack is seen in all of them by whoever sees all.
        case everywhere
        /// Under the jobs of imports.
        case imports
        /// Nowhere: it is told as it stands.
        case nothing
    }

    /// Where the events of one of the hub's topics are found.
    static func subject(of topic: String) -> Subject {
        if topic == imports { return .imports }
        if job(in: topic) != nil { return .key(topic) }
        let rest = topic.drop { $0 != ":" }.dropFirst()
        if topic.hasPrefix("area:") { return .key(String(rest)) }
        if topic.hasPrefix("bill:") { return Int64(rest).map { Subject.bill($0) } ?? .nothing }
        guard topic.hasPrefix("parent:"), let at = rest.lastIndex(of: "@") else { return .nothing }
        let view = rest[rest.index(after: at)...]
        return view == "*" ? .everywhere : .key(String(view))
    }

    /// The figures of an area, or of all with nil.
    static func stats(_ area: String?) -> String { "stats@\(area ?? "*")" }

    /// Whose figures a topic of ``stats(_:)`` names; the inner nil stands for all areas, the outer for another topic.
    static func view(ofStats topic: String) -> String?? {
        guard topic.hasPrefix("stats@") else { return nil }
        let area = String(topic.dropFirst("stats@".count))
        return .some(area == "*" ? nil : area)
    }

    /// The topics that a client asks for, separated by commas, as the hub knows them.
    /// Of one's own area and the figures nothing is read, so that ten thousand stations that come back at once ask the
    /// database nothing.
    /// - Throws: ``Refusal``: 422 for what is no topic, 404 for what the caller may not see or does not exist;
    ///   ``SQLError``.
    static func parse(
        _ text: String, for caller: BagCaller, services: BagTrackingServices
    ) async throws -> Set<String> {
        let names = text.split(separator: ",").map { Name(String($0)) }
        guard (1...most).contains(names.count) else {
            throw Refusal.validation([.outOfRange("topics", "must name 1 to \(most) topics")])
        }
        var found: Set<String> = []
        var others: [Name] = []
        for name in names {
            if let own = own(name.topic, of: caller) {
                found.insert(try filtered(own, as: name))
            } else {
                others.append(name)
            }
        }
        guard !others.isEmpty else { return found }
        let rest = others
        return try await found.union(
            services.database.read { reading in
                // One look at areas and product types for all topics.
                let catalog = try services.catalog.catalog(in: reading)
                return Set(try rest.map { try watched($0, for: caller, services, catalog, in: reading) })
            })
    }

    /// One topic that a client asks for, as the hub knows it.
    /// - Throws: as ``parse(_:for:services:)``.
    static func one(_ name: String, for caller: BagCaller, services: BagTrackingServices) async throws -> String {
        let name = Name(name)
        if let own = own(name.topic, of: caller) { return try filtered(own, as: name) }
        return try await services.database.read { reading in
            try watched(name, for: caller, services, try services.catalog.catalog(in: reading), in: reading)
        }
    }

    /// A topic as a client names it, taken apart.
    private struct Name: Sendable {
        let text: String
        let topic: String
        let filter: TopicFilter

        init(_ text: String) {
            self.text = ScannedText.tidied(text)
            (topic, filter) = TopicFilter.split(self.text)
        }
    }

    /// A topic that the caller may watch whatever the database says; nil when it has to be asked.
    private static func own(_ topic: String, of caller: BagCaller) -> String? {
        if topic == "stats" { return stats(caller.areaCode) }
        if topic == imports, caller.may("import.run") { return imports }
        if topic == "presence" { return PresenceNews.topic(of: Company.workplace(of: caller)) }
        if let code = caller.areaCode, topic == area(code) { return topic }
        return nil
    }

    /// The tags by which a client may ask for a part of an area or a sack.
    private static let tags: Set<String> = ["event", "kind", "outcome"]

    /// A topic with what of it is asked for.
    private static func watched(
        _ name: Name, for caller: BagCaller, _ services: BagTrackingServices, _ catalog: Catalog,
        in session: some SQLSession
    ) throws -> String {
        try filtered(try topic(name.topic, for: caller, services, catalog, in: session), as: name)
    }

    /// The part of a topic that is asked for.
    private static func filtered(_ topic: String, as name: Name) throws -> String {
        guard !name.filter.tags.isEmpty else { return topic }
        guard tags.isSuperset(of: name.filter.tags.keys), topic.hasPrefix("area:") || topic.hasPrefix("parent:") else {
            throw Refusal.validation([
                .invalid(
                    "topics",
                    "\(CodeError.quote(name.text)): areas and sacks can be asked for by event, kind and outcome")
            ])
        }
        return name.filter.name(of: topic)
    }

    private static func topic(
        _ name: String, for caller: BagCaller, _ services: BagTrackingServices, _ catalog: Catalog,
        in session: some SQLSession
    ) throws -> String {
        let parts = name.split(separator: ":", maxSplits: 1).map { String($0) }
        guard parts.count == 2 else { throw unknown(name) }
        switch parts[0] {
        case "area":
            _ = try caller.area(asked: parts[1], among: catalog)
            return area(parts[1])
        case "parent":
            let finder = BagFinder(session, products: catalog.products, areaCode: caller.areaCode)
            guard let row = try finder.bag(parts[1]), row.kind == .parent else {
                throw Refusal.parentNotFound(CodeError.quote(parts[1]))
            }
            return parent(row.code, view: caller.areaCode)
        case "bill":
            let row = try BillLookup(session).bill(Int64(parts[1]), for: caller, locked: false)
            return bill(String(row.id))
        case "job": return try job(parts[1], for: caller, services, in: session)
        case "presence" where parts[1].hasPrefix("bill:"):
            let id = Int64(parts[1].dropFirst("bill:".count))
            let row = try BillLookup(session).bill(id, for: caller, locked: false)
            return PresenceNews.topic(of: Company.place(ofBill: row.id))
        default: throw unknown(name)
        }
    }

    /// A job of one's own, or of anybody for those who run imports.
    private static func job(
        _ text: String, for caller: BagCaller, _ services: BagTrackingServices, in session: some SQLSession
    ) throws -> String {
        guard let id = Int64(text), let job = try services.jobs.record(id, in: session),
            job.owner == caller.userID || caller.may("import.run")
        else { throw Refusal.notFound("job_not_found", "There is no such job.") }
        return self.job(id)
    }

    private static func unknown(_ name: String) -> Refusal {
        .validation([
            .invalid(
                "topics",
                "\(CodeError.quote(name)) is no topic; "
                    + "there are area:<code>, parent:<code>, bill:<id>, job:<id>, stats, presence and "
                    + "presence:bill:<id>")
        ])
    }
}
