/// What a cached value depends on, for example `bag:42`: when that changes, everything that carries the tag is outdated.
///
/// ```swift
/// let tags: [CacheTag] = ["bags", "bag:\(id)"]
/// ```
public struct CacheTag: Sendable, Hashable, Comparable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The text; the same text is the same tag on every node.
    public let text: String

    /// A tag. Texts that begin with U+0001 belong to the cache itself.
    public init(_ text: String) {
        self.text = text
    }

    /// A tag from a literal.
    public init(stringLiteral text: String) {
        self.text = text
    }

    /// The text.
    public var description: String { text }

    /// Byte order of the texts.
    public static func < (left: CacheTag, right: CacheTag) -> Bool { left.text < right.text }

    /// Whether it belongs to the cache itself.
    var isInternal: Bool { text.utf8.first == 1 }

    /// What every value carries: outdated when everything is thrown away.
    public static let everything = CacheTag("\u{1}*")

    /// What every value of one cache carries.
    public static func cache(_ name: String) -> CacheTag { CacheTag("\u{1}c:\(name)") }

    /// What the value behind one key carries.
    public static func key(_ text: String, in cache: String) -> CacheTag { CacheTag("\u{1}k:\(cache):\(text)") }
}
