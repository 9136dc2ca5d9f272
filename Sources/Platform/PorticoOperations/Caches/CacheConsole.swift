import PorticoCache
import PorticoHTTP
import PorticoIdentity
import PorticoJSON
import PorticoSQL

/// What operators see of the caches of a node and do with them. Everything done is in the audit.
public struct CacheConsole: Sendable {
    let caches: CacheRegistry
    let database: Database

    /// A console over the caches of a node.
    /// - Parameter database: of the application whose operators these are; it keeps the audit.
    public init(caches: CacheRegistry, database: Database) {
        self.caches = caches
        self.database = database
    }

    /// What is outdated.
    enum Target: Sendable, Hashable {
        case tag(String)
        case cache(String)
        case everything

        var tag: CacheTag {
            switch self {
            case .tag(let text): CacheTag(text)
            case .cache(let name): .cache(name)
            case .everything: .everything
            }
        }

        var audited: JSONValue {
            switch self {
            case .tag(let text): ["tag": .string(text)]
            case .cache(let name): ["cache": .string(name)]
            case .everything: ["everything": .bool(true)]
            }
        }
    }

    /// Outdates values on all nodes. The audit is written first: nothing is outdated that it does not tell of.
    /// - Returns: whether tier 2 and all nodes were told; when not, they will be as soon as they can be reached.
    /// - Throws: ``Problem`` 404 for a cache that is not there; ``SQLError``.
    func purge(_ target: Target, by context: RequestContext) async throws -> Bool {
        if case .cache(let name) = target, !caches.names.contains(name) {
            throw Problem(404, "not_found", "There is no cache of this name.")
        }
        try await database.write { transaction in
            try transaction.audit(
                AuditEntry("cache.purged", entity: nil, after: target.audited, by: context))
        }
        return await caches.invalidate([target.tag])
    }
}
