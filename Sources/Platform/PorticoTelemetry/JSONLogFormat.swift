import Logging
import PorticoValues

/// One JSON object (RFC 8259) per line: `time`, `level`, `message`, `logger`, then the fields in order of their keys.
public enum JSONLogFormat: LogLineFormat {
    private static let ownKeys: Set<String> = ["time", "level", "message", "logger"]

    /// The event as a JSON line. A field that is called like one of the four fixed keys gets the prefix `metadata.`.
    public static func line(for record: LogRecord) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "{\"time\":\"".utf8)
        record.time.appendRFC3339(to: &bytes)
        bytes.append(contentsOf: "\",\"level\":\"\(record.level.rawValue)\",\"message\":".utf8)
        append(record.message, to: &bytes)
        bytes.append(contentsOf: ",\"logger\":".utf8)
        append(record.logger, to: &bytes)
        for field in record.fields {
            bytes.append(0x2C)
            append(ownKeys.contains(field.key) ? "metadata." + field.key : field.key, to: &bytes)
            bytes.append(0x3A)
            append(field.value, to: &bytes)
        }
        bytes.append(contentsOf: [0x7D, 0x0A])
        return bytes
    }

    static func append(_ value: LogValue, to bytes: inout [UInt8]) {
        switch value {
        case .text(let text):
            append(text, to: &bytes)
        case .literal(let literal):
            bytes.append(contentsOf: literal.utf8)
        case .list(let elements):
            bytes.append(0x5B)
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                append(element, to: &bytes)
            }
            bytes.append(0x5D)
        case .object(let fields):
            bytes.append(0x7B)
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                append(field.key, to: &bytes)
                bytes.append(0x3A)
                append(field.value, to: &bytes)
            }
            bytes.append(0x7D)
        }
    }

    /// A JSON string. What was not valid UTF-8 is U+FFFD already, because a `String` holds nothing else.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(0x22)
        for byte in loggable(text).utf8 {
            switch byte {
            case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
            case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
            case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
            case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
            case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
            case 0x00..<0x20, 0x7F: appendUnicodeEscape(byte, to: &bytes)
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }

    private static func appendUnicodeEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
    }
}
