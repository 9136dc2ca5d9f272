import Logging

/// The value of a field, ready to be written: strings still need escaping, literals are valid JSON as they are.
enum LogValue: Sendable, Equatable {
    case text(String)
    case literal(String)
    case list([LogValue])
    case object([LogField])
}

/// One key with its value.
struct LogField: Sendable, Equatable {
    let key: String
    let value: LogValue
}

/// Turns metadata into fields: flattened with dotted keys, masked, sorted by key.
struct LogFields {
    private let redaction: LogRedaction
    private var values: [String: LogValue] = [:]

    init(redaction: LogRedaction) {
        self.redaction = redaction
    }

    /// Adds metadata; a key that is there already takes the newer value.
    mutating func add(_ metadata: Logger.Metadata, under prefix: String = "") {
        for (key, value) in metadata {
            let path = prefix + key
            if redaction.covers(path) {
                values[path] = .text(LogRedaction.mask)
            } else if case .dictionary(let inner) = value {
                add(inner, under: path + ".")
            } else {
                values[path] = converted(value)
            }
        }
    }

    /// Adds what OpenTelemetry calls `error.type`, and the error's own words.
    mutating func add(_ error: any Error) {
        values["error.type"] = .text(String(reflecting: type(of: error)))
        values["error.message"] = .text("\(error)")
    }

    var sorted: [LogField] {
        values.map { LogField(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }

    private func converted(_ value: Logger.MetadataValue) -> LogValue {
        switch value {
        case .string(let text): .text(text)
        case .stringConvertible(let convertible): LogFields.scalar(convertible)
        case .array(let elements): .list(elements.map { converted($0) })
        case .dictionary(let inner): .object(nested(inner))
        }
    }

    /// A dictionary inside an array stays an object, masked like everything else.
    private func nested(_ metadata: Logger.Metadata) -> [LogField] {
        var fields = LogFields(redaction: redaction)
        fields.add(metadata)
        return fields.sorted
    }

    private static func scalar(_ value: any CustomStringConvertible & Sendable) -> LogValue {
        switch value {
        case let number as Int: .literal("\(number)")
        case let number as Int64: .literal("\(number)")
        case let number as Int32: .literal("\(number)")
        case let number as UInt64: .literal("\(number)")
        case let number as Double where number.isFinite: .literal("\(number)")
        case let flag as Bool: .literal(flag ? "true" : "false")
        default: .text(value.description)
        }
    }
}
