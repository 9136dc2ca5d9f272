/// How the caches of several nodes tell each other what is outdated. Keys and tags travel, values never do.
///
/// Notices may be lost; what matters is that a listener then hears ``CacheBackplaneEvent/gap``.
public protocol CacheBackplane: Sendable {
    /// Tells all other nodes.
    func publish(_ notice: CacheNotice) async throws

    /// Hears the other nodes, never this one, until its task is cancelled. Events come one after another.
    func listen(_ hear: @escaping @Sendable (CacheBackplaneEvent) async -> Void) async
}

/// What a node hears from the others.
public enum CacheBackplaneEvent: Sendable, Hashable {
    /// Something is outdated.
    case notice(CacheNotice)
    /// Notices may have been missed before this.
    case gap
    /// Nothing is heard until the next gap.
    case interrupted
}

/// Tags that are outdated.
public struct CacheNotice: Sendable, Hashable {
    private static let version: UInt8 = 1
    /// Bytes of tags in one notice; more are told in several.
    static let most = 32_768

    /// The tags. A key travels as the tag that only its value carries.
    public let tags: Set<CacheTag>
    /// Whether tier 2 knows already. If not, whoever hears this tries to tell it too.
    public let isSharedTold: Bool

    /// A notice.
    public init(tags: Set<CacheTag>, isSharedTold: Bool = true) {
        self.tags = tags
        self.isSharedTold = isSharedTold
    }

    /// As many notices as are needed for so many tags.
    static func several(_ tags: Set<CacheTag>, isSharedTold: Bool) -> [CacheNotice] {
        var notices: [CacheNotice] = []
        var part: Set<CacheTag> = []
        var size = 0
        for tag in tags {
            let length = tag.text.utf8.count + 2
            if size + length > most, !part.isEmpty {
                notices.append(CacheNotice(tags: part, isSharedTold: isSharedTold))
                part = []
                size = 0
            }
            part.insert(tag)
            size += length
        }
        if !part.isEmpty { notices.append(CacheNotice(tags: part, isSharedTold: isSharedTold)) }
        return notices
    }

    /// The notice as bytes: version, flag, then each tag with its length in two bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = [CacheNotice.version, isSharedTold ? 1 : 0]
        for tag in tags.sorted() {
            let text = tag.text.utf8.prefix(Int(UInt16.max))
            bytes.append(UInt8(truncatingIfNeeded: text.count >> 8))
            bytes.append(UInt8(truncatingIfNeeded: text.count))
            bytes += text
        }
        return bytes
    }

    /// The notice behind bytes; nil when they have another form.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= 2, bytes[0] == CacheNotice.version, bytes[1] < 2 else { return nil }
        var tags: Set<CacheTag> = []
        var rest = bytes[2...]
        while !rest.isEmpty {
            guard rest.count >= 2 else { return nil }
            let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
            guard rest.count >= length, let text = String(validating: rest.prefix(length), as: UTF8.self) else {
                return nil
            }
            tags.insert(CacheTag(text))
            rest = rest.dropFirst(length)
        }
        self.init(tags: tags, isSharedTold: bytes[1] == 1)
    }
}
