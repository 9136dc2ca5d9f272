import PorticoBench
import Testing

@Suite("A server's own figures") struct MetricsTextTests {
    private let text = MetricsText(
        """
        # HELP process_resident_memory_bytes Memory.
        # TYPE process_resident_memory_bytes gauge
        process_resident_memory_bytes 1.5e+07
        file_bytes{application="bags"} 10
        file_bytes{application="live"} 5
        file_bytes_total 99
        """)

    @Test("are found by name and label")
    func sums() {
        #expect(text.sum("process_resident_memory_bytes") == 15_000_000)
        #expect(text.sum("file_bytes") == 15)
        #expect(text.sum("file_bytes", with: #"application="bags""#) == 10)
        #expect(text.sum("file_bytes", with: #"application="court""#) == nil)
        #expect(text.sum("nothing") == nil)
    }

    @Test("give the most memory, and CPU time by the time between first and last look")
    func use() {
        let use = ServerUse([(10, 100, 1), (11, 300, 2.5), (14, 200, 5)])
        #expect(use.mostBytes == 300)
        #expect(use.cpuShare == 1)
        #expect(ServerUse([]).mostBytes == nil)
        #expect(ServerUse([(1, 2, 3)]).cpuShare == nil)
    }

    @Test("of event streams are their lines of data, whatever pieces they come in", arguments: [1, 2, 5, 1000])
    func eventLines(piece: Int) {
        let stream = Array(": hello\nid: 7\nevent: scan\ndata: {\"a\":1}\n\ndata:b\r\ndatum: c\n\ndata: cut".utf8)
        var lines = EventLines()
        var heard: [String] = []
        for start in stride(from: 0, to: stream.count, by: piece) {
            stream[start..<min(start + piece, stream.count)].withUnsafeBytes { bytes in
                lines.read(bytes) { heard.append(String(decoding: $0, as: UTF8.self)) }
            }
        }
        #expect(heard == [#"{"a":1}"#, "b"])
    }
}
