import PorticoJSON

/// What a client says over a WebSocket.
enum TopicCommand: Sendable, Hashable {
    /// Tell me what happens there, from what I have on.
    case subscribe(topic: String, lastID: String?, ref: String?)
    /// Tell me no more of it.
    case unsubscribe(topic: String, ref: String?)
    /// Answer this; see ``SocketCall``. The input is a JSON object.
    case call(name: String, input: JSONValue, ref: String)
    /// Go on with this token instead of what I came with.
    case authenticate(token: String, ref: String?)

    /// Whether it brings a token.
    var isToken: Bool {
        if case .authenticate = self { true } else { false }
    }

    /// Why text is no command.
    struct Malformed: Error {
        let ref: String?
    }

    /// Reads `{"type":"subscribe","topic":…,"last_id":…,"ref":…}`, `{"type":"unsubscribe","topic":…,"ref":…}`,
    /// `{"type":"call","name":…,"input":{…},"ref":…}` or `{"type":"authenticate","token":…,"ref":…}`.
    init(_ text: [UInt8]) throws(Malformed) {
        guard let value = try? JSONValue(parsing: text), (value["ref"]?.string?.utf8.count ?? 0) <= 64 else {
            throw Malformed(ref: nil)
        }
        let ref = value["ref"]?.string
        func named(_ member: String, atMost length: Int = 200) throws(Malformed) -> String {
            guard let text = value[member]?.string, (1...length).contains(text.utf8.count) else {
                throw Malformed(ref: ref)
            }
            return text
        }
        switch value["type"]?.string ?? "" {
        case "subscribe": self = .subscribe(topic: try named("topic"), lastID: value["last_id"]?.string, ref: ref)
        case "unsubscribe": self = .unsubscribe(topic: try named("topic"), ref: ref)
        case "call":
            let input = value["input"] ?? .object([])
            guard input.members != nil else { throw Malformed(ref: ref) }
            self = .call(name: try named("name"), input: input, ref: try named("ref", atMost: 64))
        case "authenticate": self = .authenticate(token: try named("token", atMost: 8192), ref: ref)
        default: throw Malformed(ref: ref)
        }
    }
}
