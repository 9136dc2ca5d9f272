import PorticoEvents
import PorticoJSON

/// A message for everyone who watches one of its topics, encoded and compressed once for all of them.
public struct TopicMessage: Sendable {
    /// Where it stands among committed events; nil for passing messages.
    public let position: EventPosition?
    /// Who gets it.
    public let topics: Set<String>
    /// What kind it is.
    public let event: String
    /// What clients may filter by, see ``TopicFilter``. `event` is one of them on every message.
    public let tags: [String: String]
    /// Messages of one topic with one key replace each other while a client is too slow to take them: it loses states in
    /// between and never the last. Nil for messages of which each one counts.
    public let key: String?
    /// Whether a passing message is kept for clients that come back to this node. Committed events always are.
    public let isKept: Bool
    /// Which state of its topic it ends at, rising from message to message; nil for what is no change of a state. Whoever was
    /// told how the topic stands at an edition hears of later ones only.
    private(set) var edition: Int64?
    /// What it says, as JSON.
    let data: [UInt8]
    /// What a client sends back to go on from here; nil for what can't be asked for again.
    let id: String?
    /// The same for all copies of one message.
    let forms: MessageForms

    /// A message.
    /// - Parameters:
    ///   - event: names its kind: letters, digits, `.`, `_` and `-`.
    ///   - data: its content.
    ///   - tags: what clients may filter by, besides the event: few, with few values.
    public init(
        position: EventPosition?, topics: Set<String>, event: String, data: JSONValue, tags: [String: String] = [:],
        key: String? = nil, isKept: Bool = false
    ) {
        self.init(
            position: position, topics: topics, event: event, data: data.bytes,
            tags: tags.merging(["event": event]) { $1 }, key: key, isKept: isKept, id: position?.text)
    }

    private init(
        position: EventPosition?, topics: Set<String>, event: String, data: [UInt8], tags: [String: String],
        key: String?, isKept: Bool, id: String?
    ) {
        self.position = position
        self.topics = topics
        self.tags = tags
        // A line break would begin another field of the stream.
        self.event = event.contains(where: \.isNewline) ? "message" : event
        self.key = key
        self.isKept = isKept || position != nil
        self.data = data
        self.id = id
        forms = MessageForms()
    }

    /// The same message with another id.
    func identified(by id: String) -> TopicMessage {
        guard id != self.id else { return self }
        var named = TopicMessage(
            position: position, topics: topics, event: event, data: data, tags: tags, key: key, isKept: isKept, id: id)
        named.edition = edition
        return named
    }

    /// The same message as an edition of its topic's state.
    func numbered(_ edition: Int64) -> TopicMessage {
        var numbered = self
        numbered.edition = edition
        return numbered
    }

    /// Roughly what it takes in memory, in bytes.
    var cost: Int { data.count + 64 }

    /// As event of an event stream (WHATWG HTML §9.2.6).
    var frame: [UInt8] {
        forms.stream {
            let id = id.map { "id: \($0)\n" } ?? ""
            return Array("\(id)event: \(event)\ndata: ".utf8) + data + Array("\n\n".utf8)
        }
    }

    /// As frame of a WebSocket, for clients that know the topic by one name and agreed to one window.
    func frame(of topic: String, window: DeflateWindow?) -> [UInt8] {
        forms.socket(MessageForms.Form(topic: topic, window: window)) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("type")
            writer.value("message")
            writer.key("topic")
            writer.value(topic)
            if let id {
                writer.key("id")
                writer.value(id)
            }
            writer.key("event")
            writer.value(event)
            writer.key("data")
            writer.raw(data)
            writer.endObject()
            return WebSocketFrame.message(.text, writer.finish(), deflate: window)
        }
    }

    /// Tells a client to load its state anew, because messages in between are gone.
    static let reset = TopicMessage(position: nil, topics: [], event: "reset", data: .object([]))
}
