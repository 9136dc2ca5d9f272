/// One answer or message of a Redis server: every type of RESP2 and RESP3 (the Redis serialization protocol).
public indirect enum RESPValue: Sendable, Hashable {
    /// Nothing: `_`, and RESP2's null bulk string and null array.
    case null
    /// `#t` or `#f`.
    case boolean(Bool)
    /// A 64-bit whole number.
    case number(Int64)
    /// A floating-point number.
    case double(Double)
    /// The decimal digits of a number that has more than 64 bits.
    case bigNumber(String)
    /// A short status such as `OK`. Bytes that are not UTF-8 are replaced.
    case status(String)
    /// Bytes; also what came as a verbatim string, without its format.
    case bulk([UInt8])
    /// An error the server answered, or an element of an answer that is one.
    case error(RESPError)
    /// Values in order.
    case list([RESPValue])
    /// Values without order, as the server sent them.
    case set([RESPValue])
    /// Keys and values, as the server sent them.
    case map([RESPPair])
    /// What the server sends without being asked: messages of topics, invalidations.
    case push([RESPValue])
}

/// A key and its value.
public struct RESPPair: Sendable, Hashable {
    /// The key, any kind of value.
    public let key: RESPValue
    /// The value.
    public let value: RESPValue

    /// A key with its value.
    public init(key: RESPValue, value: RESPValue) {
        self.key = key
        self.value = value
    }
}

/// An error as the server words it: a code and a sentence.
public struct RESPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The first word when it is in capitals, for example `NOSCRIPT`, `WRONGTYPE` or `ERR`; empty otherwise.
    public let code: String
    /// The whole text. It may repeat words of the command.
    public let message: String

    /// An error from its whole text.
    public init(_ message: String) {
        self.message = message
        let word = message.prefix { $0 != " " }
        let isCode = !word.isEmpty && word.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == 0x5F }
        self.code = isCode ? String(word) : ""
    }

    /// The whole text.
    public var description: String { message }
}

extension RESPValue {
    /// The bytes of a bulk string or a status.
    public var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .status(let text): Array(text.utf8)
        default: nil
        }
    }

    /// The text of a bulk string or a status; bytes that are not UTF-8 are replaced.
    public var text: String? {
        switch self {
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        default: nil
        }
    }

    /// The value of a number, or of a bulk string that holds one.
    public var integer: Int64? {
        switch self {
        case .number(let number): number
        case .bulk(let bytes): Int64(String(decoding: bytes, as: UTF8.self))
        default: nil
        }
    }

    /// The elements of a list, set or push.
    public var elements: [RESPValue]? {
        switch self {
        case .list(let values), .set(let values), .push(let values): values
        default: nil
        }
    }

    /// Whether there is nothing.
    public var isNull: Bool { self == .null }

    /// The value behind a key of a map, or of RESP2's flat list of keys and values.
    public subscript(key: String) -> RESPValue? {
        switch self {
        case .map(let pairs):
            return pairs.first { $0.key.text == key }?.value
        case .list(let values):
            let index = stride(from: 0, to: values.count - 1, by: 2).first { values[$0].text == key }
            return index.map { values[$0 + 1] }
        default:
            return nil
        }
    }
}
