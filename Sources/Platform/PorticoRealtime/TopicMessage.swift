import PorticoEvents
import PorticoJSON

/// A message for everyone who watches one of its topics, encoded once for all of them.
public struct TopicMessage: Sendable {
    /// Where it stands; nil for messages that can't be asked for again.
    public let position: EventPosition?
    /// Who gets it.
    public let topics: Set<String>
    /// The frame of the event stream (WHATWG HTML §9.2.6).
    let frame: [UInt8]

    /// A message. `event` names its kind; `data` is its content.
    public init(position: EventPosition?, topics: Set<String>, event: String, data: JSONValue) {
        self.position = position
        self.topics = topics
        let id = position.map { "id: \($0.text)\n" } ?? ""
        frame = Array("\(id)event: \(event)\ndata: ".utf8) + data.bytes + Array("\n\n".utf8)
    }

    /// Tells a client to load its state anew, because messages in between are gone.
    static let reset = TopicMessage(position: nil, topics: [], event: "reset", data: .object([]))
}
