import Logging
import PorticoTelemetry
import Testing

@Suite struct LogRingTests {
    @Test("keeps the last lines in order")
    func ring() {
        let ring = LogRing(capacity: 3)
        for number in 1...5 { ring.append(line("n\(number)")) }
        #expect(ring.lines.map { $0.text.suffix(2) } == ["n3", "n4", "n5"])
        #expect(ring.last(2).map { $0.text.suffix(2) } == ["n4", "n5"])
        ring.removeAll()
        #expect(ring.lines.isEmpty)
        ring.append(line("n6"))
        #expect(ring.lines.count == 1)
    }

    @Test("filters by level")
    func levels() {
        let ring = LogRing()
        for (text, level) in [("a", .debug), ("b", .error), ("c", .warning), ("d", .info)] as [(String, Logger.Level)] {
            ring.append(line(text, level))
        }
        #expect(ring.last(10, atLeast: .warning).map(\.level) == [.error, .warning])
        #expect(ring.last(1, atLeast: .warning).map(\.level) == [.warning])
        #expect(ring.last(-1).isEmpty)
    }

    @Test("holds at least one line")
    func minimum() {
        #expect(LogRing(capacity: 0).capacity == 1)
    }
}
