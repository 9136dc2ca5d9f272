// example
import PorticoTables
// end of example
import Testing

@Suite("The README's tables") struct ExampleTests {
    // example
    func workbook(_ names: [String]) throws -> [UInt8] {
        var writer = try XLSXWriter(name: "names", columns: ["name", "length"])
        var bytes: [UInt8] = []
        for name in names {
            try writer.text(name)
            try writer.number(Int64(name.count))
            try writer.endRow()
            if writer.waiting > 65_536 { bytes += writer.take() }  // to a socket, in earnest
        }
        try writer.finish()
        return bytes + writer.take()
    }

    /// CSV and workbooks alike: what a file is tells its content.
    func firstColumn(_ file: [UInt8]) throws -> [String] {
        let reader = try TableFile(MemorySource(file)).reader()
        var texts: [String] = []
        while let row = try reader.next() { texts.append(row[0]) }
        return texts
    }
    // end of example

    @Test("are written and read again")
    func example() throws {
        #expect(try firstColumn(workbook(["Asha", "Ravi"])) == ["name", "Asha", "Ravi"])
        #expect(try firstColumn(Array("name;length\nAsha;4\n".utf8)) == ["name", "Asha"])
    }
}
