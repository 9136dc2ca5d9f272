import Logging
import PorticoTelemetry
import PorticoValues
import Testing

/// A line as a handler makes it.
func line(_ text: String, _ level: Logger.Level = .info) -> LogLine {
    let ring = LogRing(capacity: 1)
    let configuration = LogConfiguration(sink: .ring(ring), level: LogLevelBox(.trace))
    Logger(label: "t") { ConsoleLogHandler(label: $0, configuration: configuration) }.log(level: level, "\(text)")
    return ring.lines[0]
}

@Suite struct LogLineTests {
    @Test("knows where it came from, and its text without the line feed")
    func parts() {
        let line = line("hello", .error)
        #expect(line.logger == "t" && line.level == .error)
        #expect(line.text.hasSuffix("t: hello") && line.bytes == Array((line.text + "\n").utf8))
        #expect(line.time > Instant(seconds: 1_700_000_000))
    }
}
