import Logging
import PorticoTelemetry
import PorticoValues

/// A logger that writes into a ring, with a clock that stands still.
struct Bench {
    let ring = LogRing(capacity: 100)
    let level = LogLevelBox(.info)

    var configuration: LogConfiguration {
        LogConfiguration(
            sink: .ring(ring), level: level, clock: Clock(standingAt: Instant(milliseconds: 1_790_000_000_123)))
    }

    func json(_ label: String = "bags", provider: Logger.MetadataProvider? = nil) -> Logger {
        Logger(label: label) {
            JSONLogHandler(label: $0, configuration: configuration, metadataProvider: provider)
        }
    }

    func console() -> Logger {
        Logger(label: "bags") { ConsoleLogHandler(label: $0, configuration: configuration) }
    }

    var last: String { ring.lines.last?.text ?? "" }
}
