import Logging
import PorticoTelemetry
import Testing

@Suite struct ConsoleLogFormatTests {
    @Test("writes one readable line")
    func line() {
        let bench = Bench()
        bench.console().warning("slow scan", metadata: ["ms": .stringConvertible(12), "who": "A B", "empty": ""])
        #expect(bench.last == #"14:13:20.123Z WARNING  bags: slow scan empty="" ms=12 who="A B""#)
    }

    @Test("lets no value forge a line or steer the terminal")
    func forging() {
        let bench = Bench()
        bench.console().info("a\nb\u{1B}[2J", metadata: ["k": "x\r\ny\u{202E}", "q": "say \"hi\""])
        #expect(bench.ring.lines.last?.bytes.filter { $0 == 0x0A }.count == 1)
        #expect(!bench.last.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
        #expect(bench.last.contains(#"a\nb"#) && bench.last.contains(#"q="say \"hi\"""#))
    }

    @Test("masks like the other format and shows lists as JSON")
    func redaction() {
        let bench = Bench()
        bench.console().info("m", metadata: ["secret": "s", "list": ["a", "b"]])
        #expect(bench.last.hasSuffix(#"list=["a","b"] secret=•••"#))
    }
}
