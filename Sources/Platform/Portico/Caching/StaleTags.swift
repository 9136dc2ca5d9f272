/// Says, in the transaction of a change, what it makes stale: no node gives a copy of it any more once it has heard of the
/// commit, and none hears of a change that was not committed.
///
/// ```swift
/// try await database.write { transaction in
///     try notices.insert(notice, in: transaction)
///     try stale.declare(["notices", "notice:\(notice.number)"], at: now, in: transaction)
/// }
/// ```
///
/// On this node that holds from the commit on, before `write` returns. Where nodes share a Redis the others are told at once.
/// They hear of it by the outbox, too, which loses nothing; a node that was away has no copies when it starts, and tells tier 2 what its predecessors may have died of
/// telling. Each declaration has a name, by which a node knows what it has outdated already: what was made anew since the
/// commit is not made once more when the event arrives.
public struct StaleTags: Sendable {
    private static let kind = "cache.invalidated"

    private let outbox: EventOutbox
    private let caches: CacheRegistry

    /// - Parameters:
    ///   - outbox: the application's.
    ///   - caches: the node's, which keep what is made of the application's rows.
    public init(outbox: EventOutbox, caches: CacheRegistry) {
        self.outbox = outbox
        self.caches = caches
    }

    /// Outdates everything that carries one of the tags, when the transaction commits.
    /// - Throws: ``SQLError``.
    public func declare(_ tags: Set<CacheTag>, at now: Instant, in transaction: Transaction) throws {
        guard !tags.isEmpty else { return }
        let texts = tags.sorted().map { JSONValue.string($0.text) }
        let name = caches.newInvalidation()
        // The name is the key and no part of what is told, so that the same tags are the same payload.
        try outbox.publish(
            Event(StaleTags.kind, key: name.description, payload: ["tags": .array(texts)], at: now), in: transaction)
        transaction.afterCommit { [caches] in
            caches.invalidateHere(tags, as: [name])
            // Nobody waits for Redis here. What it can't be told now the registry tells later; should this node die, the
            // event tells it.
            if caches.isToldElsewhere { Task { await caches.tell(tags, as: [name]) } }
        }
    }

    /// Hears what other nodes have declared: add it to the application's ``EventRelay``. What this node declared itself, or
    /// heard of from the node that did, is not outdated again.
    public var listener: EventRelay.Listener {
        { [caches] events in
            // The relay begins after the node has: what was kept until now may be older than a change nobody told of.
            if events.isEmpty { caches.tags.distrust() }
            let news = events.map(\.event).filter { event in
                event.kind == StaleTags.kind && InvalidationName(event.key).map { !caches.hasHeard($0) } ?? true
            }
            let tags = Set(news.flatMap { StaleTags.tags(in: $0.payload) })
            // What tier 2 or other nodes can't be told now the registry tells them later.
            await caches.invalidate(tags, as: Set(news.compactMap { InvalidationName($0.key) }))
        }
    }

    /// Outdates once more what was declared as far back as the outbox goes: for a node that starts. Whoever declared it may
    /// have died before tier 2 was told, and nobody else may have been there to hear of it. Without tier 2 there is nothing
    /// that could be old.
    /// - Throws: ``SQLError``.
    public func repeatDeclared(in database: Database) async throws {
        guard caches.isShared else { return }
        let payloads = try await database.read {
            try $0.all(
                "stale.declared", "SELECT DISTINCT payload FROM event_outbox WHERE kind = \(StaleTags.kind)"
            ) { try $0[0] as String }
        }
        let tags = try payloads.flatMap { StaleTags.tags(in: try JSONValue(parsing: Array($0.utf8))) }
        await caches.invalidate(Set(tags))
    }

    private static func tags(in payload: JSONValue) -> [CacheTag] {
        (payload["tags"]?.elements ?? []).compactMap { $0.string.map { CacheTag($0) } }
    }
}
