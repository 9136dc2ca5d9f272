import PorticoEvents

/// How far one event stream has come: the id for messages that have none of their own.
struct StreamPlace {
    /// The id of the last event before the next message; nil where messages without an id stay without.
    private var id: String?

    /// - Parameter here: nil where messages without an id stay without.
    init(here: EventStream.Here?) {
        id = here.map { ($0() ?? .start).text }
    }

    /// Notes from where a client goes on.
    mutating func reach(_ lastID: String) {
        if id != nil { id = lastID }
    }

    /// The bytes of a message, with an id where it can have one.
    mutating func frame(of message: TopicMessage) -> [UInt8] {
        guard message.id == nil else {
            if id != nil { id = message.id }
            return message.frame
        }
        guard let id else { return message.frame }
        return Array("id: \(id)\n".utf8) + message.frame
    }

    /// Tells a client to load anew: whoever has done so goes on from now.
    mutating func reset(here: EventStream.Here?) -> [UInt8] {
        let reached = id.flatMap { ResumePoint($0)?.position } ?? .start
        if id != nil, let now = here?(), reached < now { id = now.text }
        return frame(of: .reset)
    }
}
