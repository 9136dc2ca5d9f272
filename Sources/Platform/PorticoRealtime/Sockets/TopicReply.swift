import PorticoHTTP
import PorticoJSON

/// What the server says besides messages.
enum TopicReply: Sendable {
    /// Messages follow. `isReset`: load the state anew, because some in between are gone. `id`: from where to go on as long as
    /// no message has come.
    case subscribed(topic: String, isReset: Bool, id: String?, ref: String?)
    case unsubscribed(topic: String, ref: String?)
    /// It stays without; the code says why.
    case refused(topic: String, code: String, ref: String?)
    /// That was no command.
    case malformed(ref: String?)
    /// What a call gives, as JSON.
    case result([UInt8], ref: String)
    /// Why a call gives nothing.
    case error(Problem, ref: String)
    /// The token counts from here on.
    case authenticated(ref: String?)
    /// The token does not count.
    case unauthenticated(code: String, ref: String?)
    /// What the client came with counts no more: it hears nothing until it has sent a token, and the connection ends after so
    /// many seconds without.
    case tokenNeeded(within: Int64)
    /// Load a topic anew: messages are gone, and what comes follows.
    case stale(topic: String, id: String?)
    /// Load everything anew: the connection ends.
    case reset

    private typealias Members = [(key: String, value: JSONValue)]

    var message: WebSocketMessage {
        switch self {
        case .subscribed(let topic, let isReset, let id, let ref):
            TopicReply.make("subscribed", [("topic", .string(topic)), ("reset", .bool(isReset))], id: id, ref: ref)
        case .unsubscribed(let topic, let ref): TopicReply.make("unsubscribed", [("topic", .string(topic))], ref: ref)
        case .refused(let topic, let code, let ref):
            TopicReply.make("refused", [("topic", .string(topic)), ("code", .string(code))], ref: ref)
        case .malformed(let ref): TopicReply.make("malformed", [], ref: ref)
        case .result(let data, let ref): TopicReply.result(data, ref)
        case .error(let problem, let ref): TopicReply.make("error", TopicReply.members(of: problem), ref: ref)
        case .authenticated(let ref): TopicReply.make("authenticated", [], ref: ref)
        case .unauthenticated(let code, let ref): TopicReply.make("refused", [("code", .string(code))], ref: ref)
        case .tokenNeeded(let seconds): TopicReply.make("token_needed", [("within", .integer(seconds))])
        case .stale(let topic, let id): TopicReply.make("reset", [("topic", .string(topic))], id: id)
        case .reset: TopicReply.make("reset", [])
        }
    }

    private static func make(
        _ type: String, _ members: Members, id: String? = nil, ref: String? = nil
    ) -> WebSocketMessage {
        var all: Members = [(key: "type", value: .string(type))]
        all += members
        if let id { all.append((key: "id", value: .string(id))) }
        if let ref { all.append((key: "ref", value: .string(ref))) }
        return .text(JSONValue.object(all).bytes)
    }

    /// The result is JSON already.
    private static func result(_ data: [UInt8], _ ref: String) -> WebSocketMessage {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.value("result")
        writer.key("data")
        writer.raw(data)
        writer.key("ref")
        writer.value(ref)
        writer.endObject()
        return .text(writer.finish())
    }

    /// What a route's problem document says of it.
    private static func members(of problem: Problem) -> Members {
        let errors = problem.errors.map { error -> JSONValue in
            ["field": .string(error.field), "code": .string(error.code), "message": .string(error.message)]
        }
        var members: Members = [
            (key: "status", value: .integer(Int64(problem.status.code))), (key: "code", value: .string(problem.code)),
            (key: "detail", value: .string(problem.detail)),
        ]
        if !errors.isEmpty { members.append((key: "errors", value: .array(errors))) }
        return members
    }
}
