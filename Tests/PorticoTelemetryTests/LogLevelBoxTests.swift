import Logging
import PorticoTelemetry
import Testing

@Suite struct LogLevelBoxTests {
    @Test("holds every level", arguments: Logger.Level.allCases)
    func levels(level: Logger.Level) {
        let box = LogLevelBox()
        #expect(box.level == .info)
        box.level = level
        #expect(box.level == level)
    }
}
