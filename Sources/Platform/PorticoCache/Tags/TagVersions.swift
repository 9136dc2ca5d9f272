import Synchronization

/// A point in the sequence of invalidations of one process. Take it before reading what a value is made of.
public struct TagMoment: Sendable, Hashable, Comparable {
    @usableFromInline let number: UInt64

    @inlinable init(_ number: UInt64) {
        self.number = number
    }

    /// The earlier moment comes first.
    @inlinable public static func < (left: TagMoment, right: TagMoment) -> Bool { left.number < right.number }
}

/// What the invalidations since a moment mean for a value.
public enum TagStanding: Sendable, Hashable {
    /// None of its tags was invalidated.
    case current
    /// It may have been: invalidations were possibly missed. Good enough only when the source does not answer.
    case distrusted
    /// One of its tags was invalidated: it must not be shown any more.
    case outdated
}

/// When which tag was last invalidated, as numbers of one sequence. Invalidating takes the same short time whatever number
/// of values carry the tag, because nobody looks for them: each is compared when it is next asked for.
///
/// A value remembers the moment *before* its reading began. A value whose reading began before an invalidation is thereby
/// outdated from the start, however late it arrives.
///
/// ```swift
/// let moment = tags.moment
/// let page = try await render()
/// guard tags.standing(of: ["bags"], since: moment) == .current else { … }
/// ```
///
/// Reading is one atomic load while nothing was invalidated since the value was last compared: keep the moment of the last
/// comparison beside the value, and ask for the standing only when ``moment`` has moved on.
///
/// The number of remembered tags is bounded. When there are too many, the half that was invalidated longest ago is
/// forgotten and every value from before then counts as outdated.
public final class TagVersions: Sendable {
    private struct Book {
        var versions: [CacheTag: UInt64] = [:]
        /// How often each of these was invalidated.
        var counts: [CacheTag: Int] = [:]
        var everything: UInt64 = 0
        var distrusted: UInt64 = 0
        /// The newest invalidation that was forgotten.
        var floor: UInt64 = 0
    }

    @usableFromInline let latest = Atomic<UInt64>(1)
    private let book = Mutex(Book())
    private let most: Int

    /// Nothing was invalidated so far.
    /// - Parameter mostTags: how many tags are remembered.
    public init(mostTags: Int = 100_000) {
        most = max(2, mostTags)
    }

    /// The present moment: that of the last invalidation.
    @inlinable public var moment: TagMoment { TagMoment(latest.load(ordering: .acquiring)) }

    /// How many tags are remembered.
    public var count: Int { book.withLock { $0.versions.count } }

    /// The tags that were invalidated most often, with how often since the process started. Those of the cache itself are
    /// not among them.
    public func mostInvalidated(_ limit: Int) -> [(tag: CacheTag, count: Int)] {
        book.withLock { book in
            book.counts.filter { !$0.key.isInternal }
                .sorted { ($1.value, $0.key.text) < ($0.value, $1.key.text) }
                .prefix(limit).map { (tag: $0.key, count: $0.value) }
        }
    }

    /// Outdates all values that carry one of the tags and began before now. When this returns, no reader sees them.
    /// - Returns: the moment of this invalidation.
    @discardableResult
    public func invalidate(_ tags: some Sequence<CacheTag>) -> TagMoment {
        book.withLock { book in
            let number = latest.load(ordering: .relaxed) + 1
            for tag in tags {
                book.counts[tag, default: 0] += 1
                if tag == .everything { book.everything = number } else { book.versions[tag] = number }
            }
            if book.versions.count > most { TagVersions.forgetHalf(&book) }
            latest.store(number, ordering: .releasing)
            return TagMoment(number)
        }
    }

    /// Outdates every value that began before now.
    public func invalidateEverything() {
        invalidate(CollectionOfOne(.everything))
    }

    /// Says that invalidations may have been missed: all values from before now are ``TagStanding/distrusted``.
    public func distrust() {
        book.withLock { book in
            let number = latest.load(ordering: .relaxed) + 1
            book.distrusted = number
            latest.store(number, ordering: .releasing)
        }
    }

    /// How a value stands that carries `tags` and whose reading began at `moment`.
    public func standing(of tags: some Sequence<CacheTag>, since moment: TagMoment) -> TagStanding {
        guard latest.load(ordering: .acquiring) != moment.number else { return .current }
        return book.withLock { book in
            if book.everything > moment.number || book.floor > moment.number { return .outdated }
            for tag in tags {
                if let version = book.versions[tag], version > moment.number { return .outdated }
            }
            return book.distrusted > moment.number ? .distrusted : .current
        }
    }

    private static func forgetHalf(_ book: inout Book) {
        let numbers = book.versions.values.sorted()
        let middle = numbers[numbers.count / 2]
        book.versions = book.versions.filter { $0.value > middle }
        book.counts = book.counts.filter { book.versions[$0.key] != nil || $0.key == .everything }
        book.floor = max(book.floor, middle)
    }
}
