import PorticoJSON

/// What a client says over a WebSocket.
enum TopicCommand: Sendable, Hashable {
    /// Tell me what happens there, from what I have on.
    case subscribe(topic: String, lastID: String?, ref: String?)
    /// Tell me no more of it.
    case unsubscribe(topic: String, ref: String?)

    /// Why text is no command.
    struct Malformed: Error {
        let ref: String?
    }

    /// Reads `{"type":"subscribe","topic":…,"last_id":…,"ref":…}` or `{"type":"unsubscribe","topic":…,"ref":…}`.
    init(_ text: [UInt8]) throws(Malformed) {
        guard let value = try? JSONValue(parsing: text) else { throw Malformed(ref: nil) }
        let ref = value["ref"]?.string
        guard let type = value["type"]?.string, let topic = value["topic"]?.string,
            (1...200).contains(topic.utf8.count), (ref?.utf8.count ?? 0) <= 64
        else { throw Malformed(ref: nil) }
        switch type {
        case "subscribe": self = .subscribe(topic: topic, lastID: value["last_id"]?.string, ref: ref)
        case "unsubscribe": self = .unsubscribe(topic: topic, ref: ref)
        default: throw Malformed(ref: ref)
        }
    }
}

/// What the server says besides messages.
enum TopicReply: Sendable {
    /// Messages follow. `isReset`: load the state anew, because some in between are gone.
    case subscribed(topic: String, isReset: Bool, ref: String?)
    case unsubscribed(topic: String, ref: String?)
    /// It stays without; the code says why.
    case refused(topic: String, code: String, ref: String?)
    /// That was no command.
    case malformed(ref: String?)
    /// Load everything anew: the connection ends.
    case reset

    var message: WebSocketMessage {
        switch self {
        case .subscribed(let topic, let isReset, let ref):
            TopicReply.make("subscribed", ref, [("topic", .string(topic)), ("reset", .bool(isReset))])
        case .unsubscribed(let topic, let ref): TopicReply.make("unsubscribed", ref, [("topic", .string(topic))])
        case .refused(let topic, let code, let ref):
            TopicReply.make("refused", ref, [("topic", .string(topic)), ("code", .string(code))])
        case .malformed(let ref): TopicReply.make("malformed", ref, [])
        case .reset: TopicReply.make("reset", nil, [])
        }
    }

    private static func make(
        _ type: String, _ ref: String?, _ members: [(key: String, value: JSONValue)]
    ) -> WebSocketMessage {
        let ref = ref.map { [(key: "ref", value: JSONValue.string($0))] } ?? []
        return .text(JSONValue.object([(key: "type", value: .string(type))] + members + ref).bytes)
    }
}
