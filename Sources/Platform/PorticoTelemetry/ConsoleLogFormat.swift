import Logging
import PorticoValues

/// One plain line per event: time of day (UTC), level, logger, message, then `key=value` pairs.
public enum ConsoleLogFormat: LogLineFormat {
    /// The event as a line for people.
    public static func line(for record: LogRecord) -> [UInt8] {
        let level = record.level.rawValue.uppercased()
        let padding = String(repeating: " ", count: max(0, 8 - level.utf8.count))
        var line = "\(record.time.rfc3339.dropFirst(11)) \(level)\(padding) \(record.logger): "
        line += printable(loggable(record.message))
        for field in record.fields {
            line += " \(printable(field.key))=\(text(of: field.value))"
        }
        return Array((line + "\n").utf8)
    }

    private static func text(of value: LogValue) -> String {
        switch value {
        case .text(let text):
            let shown = printable(loggable(text))
            let isPlain = !shown.isEmpty && !shown.contains { $0 == " " || $0 == "\"" || $0 == "=" }
            return isPlain
                ? shown
                : "\""
                    + shown.split(separator: "\"", omittingEmptySubsequences: false)
                    .joined(separator: "\\\"") + "\""
        case .literal(let literal):
            return literal
        case .list, .object:
            var bytes: [UInt8] = []
            JSONLogFormat.append(value, to: &bytes)
            return printable(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Control characters become escapes: a logged value must not forge a line or steer the terminal.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            shown += isControl(scalar) ? scalar.escaped(asASCII: true) : String(Character(scalar))
        }
        return shown
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        let isC0OrC1 = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        // Direction overrides and the separators that some viewers break lines at.
        return isC0OrC1 || (0x2028...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
}
