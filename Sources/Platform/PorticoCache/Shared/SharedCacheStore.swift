import PorticoValues

/// Tier 2: bytes that nodes share, with the versions of their tags.
///
/// Invalidations have numbers of one sequence, *stamps*, that grows for ever, also across a restart of the store. A reading
/// tells the present stamp. A value is written with the stamp that its writer read before it began to load, and the store
/// refuses it when one of its tags has a newer one: what was loaded before an invalidation can not be put back after it, by
/// no node. Of two writers of a key the one with the newer stamp wins.
///
/// Every method is atomic, and may throw whatever it likes: callers treat that as an absent tier.
public protocol SharedCacheStore: Sendable {
    /// The value of a key, unless it has expired or one of its tags was invalidated since; and, if `claim` is given and
    /// there is no value or the claim wants one in any case, the lease to load it.
    func read(_ key: String, claim: SharedClaim?) async throws -> SharedReading

    /// Stores a value and gives back the lease of `token`.
    /// - Returns: whether it was stored; false when a tag or another writer was newer.
    func write(_ entry: SharedEntry, for key: String, releasing token: String?) async throws -> Bool

    /// Gives back a lease, if it is still that of `token`.
    func release(_ key: String, token: String) async throws

    /// Outdates all values that carry one of the tags.
    /// - Returns: the stamp of this invalidation.
    func invalidate(_ tags: Set<CacheTag>) async throws -> Int64

    /// What was invalidated after a stamp; nothing but the present stamp when that is nil.
    func changes(since stamp: Int64?) async throws -> SharedChanges
}

/// A value in tier 2.
public struct SharedEntry: Sendable, Hashable {
    /// Its bytes, in the cache's own form.
    public var payload: [UInt8]
    /// All its tags.
    public var tags: [CacheTag]
    /// The stamp its writer had read before it began.
    public var stamp: Int64
    /// How much longer the store keeps it.
    public var life: Span

    /// A value.
    public init(payload: [UInt8], tags: [CacheTag], stamp: Int64, life: Span) {
        self.payload = payload
        self.tags = tags
        self.stamp = stamp
        self.life = life
    }
}

/// The wish to be the only node that loads a value.
public struct SharedClaim: Sendable, Hashable {
    /// Who wishes it: a random text of its own for each load.
    public let token: String
    /// After this long without a sign the next may try.
    public let life: Span
    /// Whether it is wished even though there is a value.
    public let isUnconditional: Bool

    /// A wish.
    public init(token: String, life: Span, isUnconditional: Bool = false) {
        self.token = token
        self.life = life
        self.isUnconditional = isUnconditional
    }
}

/// Whose turn it is to load a value.
public enum SharedLease: Sendable, Hashable {
    /// Nobody asked.
    case none
    /// The caller's.
    case granted
    /// Another node's.
    case held
}

/// What a reading has found.
public struct SharedReading: Sendable, Hashable {
    /// The value, with what is left of its life.
    public var entry: SharedEntry?
    /// The present stamp.
    public var stamp: Int64
    /// What became of the claim.
    public var lease: SharedLease

    /// A reading.
    public init(entry: SharedEntry?, stamp: Int64, lease: SharedLease) {
        self.entry = entry
        self.stamp = stamp
        self.lease = lease
    }
}

/// Invalidations since some stamp.
public struct SharedChanges: Sendable, Hashable {
    /// The tags, each with its newest stamp.
    public var tags: [CacheTag: Int64]
    /// The present stamp.
    public var stamp: Int64
    /// Whether these are all: false when older ones are forgotten already or there are too many.
    public var isComplete: Bool

    /// Changes.
    public init(tags: [CacheTag: Int64], stamp: Int64, isComplete: Bool) {
        self.tags = tags
        self.stamp = stamp
        self.isComplete = isComplete
    }
}
