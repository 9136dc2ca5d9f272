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
    /// The form of a notice without names; nodes that know no other take one with names for a gap.
    private static let plain: UInt8 = 1
    private static let named: UInt8 = 2
    /// Bytes of tags in one notice; more are told in several.
    static let most = 32_768

    /// The tags. A key travels as the tag that only its value carries.
    public let tags: Set<CacheTag>
    /// Whether tier 2 knows already. If not, whoever hears this tries to tell it too.
    public let isSharedTold: Bool
    /// The invalidations of which this tells everything; none where it tells a part, or of what had no name.
    public let names: Set<InvalidationName>

    /// A notice. Of more than 255 names none is told.
    public init(tags: Set<CacheTag>, isSharedTold: Bool = true, names: Set<InvalidationName> = []) {
        self.tags = tags
        self.isSharedTold = isSharedTold
        self.names = names.count <= Int(UInt8.max) ? names : []
    }

    /// As many notices as are needed for so many tags. The names are told where one notice is enough: who heard a part must
    /// not believe to have heard it all.
    static func several(
        _ tags: Set<CacheTag>, isSharedTold: Bool, names: Set<InvalidationName> = []
    ) -> [CacheNotice] {
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
        guard !part.isEmpty else { return notices }
        let isWhole = notices.isEmpty
        notices.append(CacheNotice(tags: part, isSharedTold: isSharedTold, names: isWhole ? names : []))
        return notices
    }

    /// The notice as bytes: version, flag, the number of names and the names where there are any, then each tag with its
    /// length in two bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = [names.isEmpty ? CacheNotice.plain : CacheNotice.named, isSharedTold ? 1 : 0]
        if !names.isEmpty {
            bytes.append(UInt8(names.count))
            for name in names { bytes += name.bytes }
        }
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
        guard bytes.count >= 2, bytes[0] == CacheNotice.plain || bytes[0] == CacheNotice.named, bytes[1] < 2 else {
            return nil
        }
        var rest = bytes[2...]
        var names: Set<InvalidationName> = []
        if bytes[0] == CacheNotice.named {
            guard let count = rest.popFirst(), rest.count >= Int(count) * InvalidationName.size else { return nil }
            for _ in 0..<count {
                names.insert(InvalidationName(bytes: rest.prefix(InvalidationName.size)))
                rest = rest.dropFirst(InvalidationName.size)
            }
        }
        var tags: Set<CacheTag> = []
        while !rest.isEmpty {
            guard rest.count >= 2 else { return nil }
            let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
            guard rest.count >= length, let text = String(validating: rest.prefix(length), as: UTF8.self) else {
                return nil
            }
            tags.insert(CacheTag(text))
            rest = rest.dropFirst(length)
        }
        self.init(tags: tags, isSharedTold: bytes[1] == 1, names: names)
    }
}
