import CLibPQ
import PorticoSQL

extension SQLError {
    /// The connection went away under a statement.
    static let lost = SQLError(.unavailable, message: "the connection to the server was lost")

    /// The failure that a result reports. Only the primary message is taken: details quote rows.
    init(_ result: ResultSet) {
        let state = result.field(.state) ?? ""
        guard !state.isEmpty else {
            self = .lost
            return
        }
        let message = result.field(.message) ?? "error \(state)"
        self.init(
            SQLError.code(of: state, message: message),
            message: SQLError.mayQuoteValues(state) ? SQLError.withoutQuotes(message) : message,
            constraint: result.field(.constraint) ?? result.field(.column))
    }

    /// Whether a table may have changed under a prepared statement; the next attempt prepares it anew.
    static func isStaleStatement(_ state: String) -> Bool {
        state == "0A000" || state == "26000"
    }

    /// The kind of failure behind an SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html).
    static func code(of state: String, message: String = "") -> SQLError.Code {
        switch state {
        case "23505", "23P01": .uniqueViolation
        case "23503", "23001": .foreignKeyViolation
        case "23514": .checkViolation
        case "23502": .notNullViolation
        case "40001", "40P01": .serialization
        case "0A000" where message.hasPrefix("cached plan"), "26000": .serialization
        case "55P03": .busy
        // Another word than "timeout" means that someone has cancelled it.
        case "57014": message.contains("user request") ? .cancelled : .statementTimeout
        case "53100": .diskFull
        case "25006": .readOnly
        case "42501": .other
        case "XX001", "XX002": .corrupt
        case "25P03": .unavailable
        default: classCode(of: state.prefix(2))
        }
    }

    private static func classCode(of stateClass: Substring) -> SQLError.Code {
        switch stateClass {
        case "08", "53", "57": .unavailable
        case "22": .unexpectedValue
        case "42": .syntax
        case "58": .diskFull
        default: .other
        }
    }

    /// Data exceptions and errors that the schema's own functions raise may show what was bound.
    private static func mayQuoteValues(_ state: String) -> Bool {
        state.hasPrefix("22") || state.hasPrefix("P0")
    }

    /// The message with everything between its first and last quote taken out: values may contain quotes.
    static func withoutQuotes(_ message: String) -> String {
        guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first != last else {
            return message
        }
        return message[...first] + "…" + message[last...]
    }

    /// The first line of a message of libpq, which speaks of hosts, users and databases but never of passwords.
    static func firstLine(_ message: UnsafePointer<CChar>?) -> String {
        let text = message.map { String(cString: $0) } ?? ""
        return text.split(separator: "\n").first.map { String($0) } ?? "no connection to the server"
    }
}
