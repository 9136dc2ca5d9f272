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
/// On this node that holds from the commit on, before `write` returns. The other nodes hear of it by the outbox, which
/// loses nothing; a node that was away has no copies when it starts.
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
        let names = tags.map { JSONValue.string($0.text) }
        try outbox.publish(
            Event(StaleTags.kind, key: "tags", payload: ["tags": .array(names)], at: now), in: transaction)
        transaction.afterCommit { [caches] in caches.tags.invalidate(tags) }
    }

    /// Hears what other nodes have declared: add it to the application's ``EventRelay``.
    public var listener: EventRelay.Listener {
        { [caches] events in
            let tags = Set(events.filter { $0.event.kind == StaleTags.kind }.flatMap { StaleTags.tags(of: $0.event) })
            // What tier 2 or other nodes can't be told now the registry tells them later.
            await caches.invalidate(tags)
        }
    }

    private static func tags(of event: Event) -> [CacheTag] {
        (event.payload["tags"]?.elements ?? []).compactMap { $0.string.map { CacheTag($0) } }
    }
}
