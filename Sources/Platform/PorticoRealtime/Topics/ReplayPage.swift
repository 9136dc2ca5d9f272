import PorticoEvents

/// What a client that comes back has missed, asked of the application page by page.
public struct ReplayRequest: Sendable {
    /// The client has everything of its topics up to here.
    public let position: EventPosition
    /// The topics it watches, as the hub knows them, without filters.
    public let topics: Set<String>
    /// Whether this is the first page: the moment to say that there is too much of it.
    public let isFirst: Bool

    /// A request.
    public init(position: EventPosition, topics: Set<String>, isFirst: Bool = true) {
        self.position = position
        self.topics = topics
        self.isFirst = isFirst
    }
}

/// A part of what a client has missed, in order.
public struct ReplayPage: Sendable {
    /// The messages. Those of other topics are left out before the client is told.
    public let messages: [TopicMessage]
    /// Nothing of the client's topics is missing between the position that was asked for and this one.
    public let through: EventPosition
    /// Whether everything that was told on this node when the page was read is in it, or before it.
    public let isLast: Bool
    /// Whether the messages of all topics are in it: such a page serves the next client too.
    public let isOfAllTopics: Bool

    /// A page.
    public init(messages: [TopicMessage], through: EventPosition, isLast: Bool, isOfAllTopics: Bool = false) {
        self.messages = messages
        self.through = through
        self.isLast = isLast
        self.isOfAllTopics = isOfAllTopics
    }
}
