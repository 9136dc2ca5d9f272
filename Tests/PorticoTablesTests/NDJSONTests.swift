import PorticoJSON
import PorticoTables
import PorticoValues
import Testing

@Suite("Lines of JSON")
struct NDJSONTests {
    @Test("every line has all columns, and the last one digests all before it")
    func wholeTable() throws {
        var writer = NDJSONWriter(columns: ["code", "n", "at"])
        try writer.text("a\"b")
        writer.number(7)
        try writer.instant(Instant(seconds: 0))
        writer.endRow()
        var bytes = writer.take()
        writer.null()
        writer.endRow()
        writer.finish()
        bytes += writer.take()
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines[3].isEmpty)
        #expect(lines[0] == #"{"code":"a\"b","n":7,"at":"1970-01-01T00:00:00.000Z"}"#)
        #expect(lines[1] == #"{"code":null,"n":null,"at":null}"#)
        let before = Array((lines[0] + "\n" + lines[1] + "\n").utf8)
        #expect(lines[2] == "{\"_end\":true,\"rows\":2,\"sha256\":\"\(Digest.sha256(before).hexadecimal)\"}")
    }

    @Test("an empty table is its last line")
    func empty() {
        var writer = NDJSONWriter(columns: ["code"])
        writer.finish()
        let digest = Digest.sha256([]).hexadecimal
        #expect(
            String(decoding: writer.take(), as: UTF8.self) == "{\"_end\":true,\"rows\":0,\"sha256\":\"\(digest)\"}\n")
    }
}
