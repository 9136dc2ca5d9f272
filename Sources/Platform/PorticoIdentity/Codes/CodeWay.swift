import PorticoHTTP
import PorticoJSON

/// How somebody gets the code that signing in takes beside the password.
enum CodeWay: Sendable, Hashable {
    /// From an authenticator.
    case authenticator
    /// By mail.
    case mail
    /// By a text message to the phone with these last digits.
    case text(ending: String)

    /// As the refusal says it that asks for the code: in its members `method` and `phone_ending`.
    init(_ demand: Problem) {
        let members = Dictionary(demand.members.map { ($0.name, $0.value.string ?? "") }) { first, _ in first }
        switch members["method"] {
        case "mail": self = .mail
        case "sms": self = .text(ending: members["phone_ending"] ?? "")
        default: self = .authenticator
        }
    }

    /// The members with which a refusal says it; none where an authenticator shows the code.
    var members: [(name: String, value: JSONValue)] {
        switch self {
        case .authenticator: []
        case .mail: [(name: "method", value: "mail")]
        case .text(let ending): [(name: "method", value: "sms"), (name: "phone_ending", value: .string(ending))]
        }
    }

    /// As a ``SecondStepTicket`` carries it, in one line.
    init(line: Substring) {
        if line == "mail" {
            self = .mail
        } else if line.hasPrefix("sms ") {
            self = .text(ending: String(line.dropFirst(4)))
        } else {
            self = .authenticator
        }
    }

    /// See ``init(line:)``.
    var line: String {
        switch self {
        case .authenticator: ""
        case .mail: "mail"
        case .text(let ending): "sms \(ending)"
        }
    }
}
