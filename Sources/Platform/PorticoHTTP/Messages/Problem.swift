import PorticoJSON

/// An error as clients see it (RFC 9457). Thrown by handlers and by every step before them; pages show the same.
public struct Problem: Error, Sendable {
    /// One field that is wrong.
    public struct FieldError: Sendable, Hashable {
        /// Path of the field: `code`, `items[3].code`.
        public let field: String
        /// Stable reason, `snake_case`.
        public let code: String
        /// The reason in words, for the person who typed it.
        public let message: String

        /// An error of one field.
        public init(field: String, code: String, message: String) {
            self.field = field
            self.code = code
            self.message = message
        }
    }

    /// What kind of problem it is, where the registry of types has a name for it (RFC 9457 §4.2).
    public enum Kind: String, Sendable, Hashable {
        /// No more than the status says.
        case plain = "about:blank"
        /// A quota is used up.
        case quotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded"
        /// The server can do less than usual.
        case reducedCapacity = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"
        /// The client behaves like no honest one.
        case abnormalUsage = "https://iana.org/assignments/http-problem-types#abnormal-usage-detected"
    }

    /// The status of the answer.
    public var status: HTTPStatus
    /// Its registered type.
    public var type: Kind
    /// Stable reason, `snake_case`; clients decide by it.
    public var code: String
    /// What happened and what to do, in words.
    public var detail: String
    /// What is wrong with which field.
    public var errors: [FieldError]
    /// Further members of the document.
    public var members: [(name: String, value: JSONValue)]
    /// Header fields the answer carries, such as `Retry-After`.
    public var headers: Headers

    /// A problem.
    public init(
        _ status: HTTPStatus, _ code: String, _ detail: String, type: Kind = .plain, errors: [FieldError] = [],
        members: [(name: String, value: JSONValue)] = [], headers: Headers = [:]
    ) {
        self.status = status
        self.type = type
        self.code = code
        self.detail = detail
        self.errors = errors
        self.members = members
        self.headers = headers
    }

    /// 422 naming every field that is wrong.
    public static func validation(_ errors: [FieldError]) -> Problem {
        let detail =
            errors.count == 1
            ? "\(errors[0].field): \(errors[0].message)"
            : "\(errors.count) fields are not as they must be; see errors."
        return Problem(422, "validation_failed", detail, errors: errors)
    }

    /// The document's bytes.
    /// - Parameter requestID: how the operator finds this request again.
    public func document(requestID: String) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.key("type")
        json.value(type.rawValue)
        json.key("title")
        json.value(status.phrase)
        json.key("status")
        json.value(status.code)
        json.key("detail")
        json.value(detail)
        json.key("code")
        json.value(code)
        json.key("request_id")
        json.value(requestID)
        for member in members {
            json.key(member.name)
            json.value(member.value)
        }
        if !errors.isEmpty {
            json.key("errors")
            json.beginArray()
            for error in errors {
                json.beginObject()
                json.key("field")
                json.value(error.field)
                json.key("code")
                json.value(error.code)
                json.key("message")
                json.value(error.message)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        return json.finish()
    }
}

/// An error of a domain that knows how it looks to a client.
public protocol ProblemConvertible: Error {
    /// The problem a client sees.
    var problem: Problem { get }
}
