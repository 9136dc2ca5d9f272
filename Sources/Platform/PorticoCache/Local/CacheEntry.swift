/// A value as it is stored, with all that decides whether it may be served.
public struct CacheEntry<Value: Sendable>: Sendable {
    /// The value.
    public var value: Value
    /// What it depends on, without what follows from cache and key.
    public var tags: [CacheTag]
    /// The moment before its reading began.
    public var moment: TagMoment
    /// Until when it is good for what.
    public var times: CacheTimes
    /// The source's word for this state of the value, such as an entity tag; given to the next loader.
    public var validator: String?

    /// A value with its conditions.
    public init(
        _ value: Value, times: CacheTimes, moment: TagMoment, tags: [CacheTag] = [], validator: String? = nil
    ) {
        self.value = value
        self.tags = tags
        self.moment = moment
        self.times = times
        self.validator = validator
    }
}

/// What a look at a stored value has shown.
enum CacheSighting<Value: Sendable>: Sendable {
    /// Nothing that may be served.
    case none
    /// Fresh.
    case fresh(CacheEntry<Value>)
    /// Fresh, and to be loaded anew behind the reader.
    case due(CacheEntry<Value>)
    /// Stale, to be served and loaded anew behind the reader.
    case stale(CacheEntry<Value>)
    /// Stale after a failure: to be served, and nothing to be tried yet.
    case resting(CacheEntry<Value>)
    /// Good only when the loader fails or is slow.
    case expired(CacheEntry<Value>)

    /// What was seen.
    var entry: CacheEntry<Value>? {
        switch self {
        case .none: nil
        case .fresh(let entry), .due(let entry), .stale(let entry), .resting(let entry), .expired(let entry): entry
        }
    }
}
