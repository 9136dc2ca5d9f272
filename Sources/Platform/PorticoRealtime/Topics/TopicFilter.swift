/// What of a topic somebody watches: all of it, or messages with certain tags.
///
/// It stands behind the topic's name, `area:lucknow;kind=child;outcome=linked`: all tags must be as they are named here. A
/// filter is part of the name under which a topic is watched, so that whoever asks for the same is one group: the hub looks
/// at a message once for all of them.
public struct TopicFilter: Sendable, Hashable {
    /// Tags and the values they must have. Nothing admits everything.
    public let tags: [String: String]

    /// A filter; without tags it admits everything.
    public init(_ tags: [String: String] = [:]) {
        self.tags = tags
    }

    /// Topic and filter of a name. What does not look like tags is part of the topic.
    public static func split(_ name: String) -> (topic: String, filter: TopicFilter) {
        guard let semicolon = name.firstIndex(of: ";") else { return (name, TopicFilter()) }
        var tags: [String: String] = [:]
        for part in name[name.index(after: semicolon)...].split(separator: ";", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            // A tag that is named twice could have no value that is both.
            guard pair.count == 2, isTag(pair[0]), !pair[1].isEmpty,
                tags.updateValue(String(pair[1]), forKey: String(pair[0])) == nil
            else { return (name, TopicFilter()) }
        }
        return (String(name[..<semicolon]), TopicFilter(tags))
    }

    /// The name of a topic with this filter: the same for filters that are equal.
    public func name(of topic: String) -> String {
        tags.sorted { $0.key < $1.key }.reduce(into: topic) { name, tag in name += ";\(tag.key)=\(tag.value)" }
    }

    /// Whether messages with these tags pass.
    public func admits(_ tags: [String: String]) -> Bool {
        self.tags.allSatisfy { tags[$0.key] == $0.value }
    }

    private static func isTag(_ text: Substring) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
    }
}

/// Topics as clients watch them, with their filters taken apart once.
struct WatchedTopics: Sendable {
    private let filters: [String: [TopicFilter]]

    /// - Parameter names: of topics, with filters or without.
    init(_ names: some Sequence<String>) {
        var filters: [String: [TopicFilter]] = [:]
        for name in names {
            let (topic, filter) = TopicFilter.split(name)
            filters[topic, default: []].append(filter)
        }
        self.filters = filters
    }

    /// The topics without their filters.
    var topics: Set<String> { Set(filters.keys) }

    /// The messages about how things stand that somebody gets who has just begun.
    func current(_ present: EventStream.Present) async throws -> [TopicMessage] {
        try await present(topics).filter { $0.topics.isEmpty || admit($0) }
    }

    /// Whether a message is one of theirs.
    func admit(_ message: TopicMessage) -> Bool {
        message.topics.contains { topic in filters[topic]?.contains { $0.admits(message.tags) } ?? false }
    }
}
