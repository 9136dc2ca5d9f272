/// What values are stored under.
public protocol CacheKey: Hashable, Sendable {
    /// A text that no other key of the same cache has, and that is the same on every node.
    var cacheText: String { get }
}

extension String: CacheKey {
    /// The text itself.
    public var cacheText: String { self }
}

extension Int: CacheKey {
    /// The decimal digits.
    public var cacheText: String { String(self) }
}

extension Int64: CacheKey {
    /// The decimal digits.
    public var cacheText: String { String(self) }
}

/// The key of an answer that is for one person only. There is no way to make one without saying for whom.
///
/// ```swift
/// let dashboards = PersonalCache<String, Dashboard>(CachePolicy("dashboard"), in: registry)
/// try await dashboards.value(for: PersonalKey(for: account, "week")) { _ in … }
/// ```
public struct PersonalKey<Subject: CacheKey>: CacheKey {
    /// The id of the account.
    public let principal: Int64
    /// What the answer is about.
    public let subject: Subject

    /// The key of what `principal` is told about `subject`.
    public init(for principal: Int64, _ subject: Subject) {
        self.principal = principal
        self.subject = subject
    }

    /// Id and subject; the id comes first and holds no colon, so that no two keys have one text.
    public var cacheText: String { "p\(principal):\(subject.cacheText)" }
}

/// A cache of personal answers. Whoever declares one can not forget the principal.
public typealias PersonalCache<Subject: CacheKey, Value: Sendable> = Cache<PersonalKey<Subject>, Value>
