import Foundation
import Logging
import Portico

/// How this program logs.
enum CommandLogging {
    /// The logger that the settings describe: JSON lines, or plain lines where a person reads them.
    static func make(_ settings: Settings) -> Logger {
        let level = Logger.Level(rawValue: settings.text("log.level")) ?? .info
        let configuration = LogConfiguration(sink: .standardError, level: LogLevelBox(level))
        let format = settings.text("log.format")
        let isForPeople = format == "console" || (format == "auto" && isatty(STDERR_FILENO) == 1)
        return Logger(label: "portico") { label -> any LogHandler in
            let metadata = RequestMeasure.metadata
            if isForPeople {
                return ConsoleLogHandler(label: label, configuration: configuration, metadataProvider: metadata)
            }
            return JSONLogHandler(label: label, configuration: configuration, metadataProvider: metadata)
        }
    }
}
