@testable import PorticoTables

/// Tables from anybody: an error or rows within their limits, and what is written is read again.
enum TableProperties {
    /// Any bytes as separated values.
    static func checkCSV(_ input: [UInt8]) {
        guard let rows = read({ () throws(TableError) in try CSVReader(MemorySource(input)) }) else { return }
        let columns = rows.map(\.cells.count).max() ?? 0
        var writer = CSVWriter(columns: (0..<columns).map { "c\($0)" })
        for row in rows {
            for cell in row.cells { try? writer.text(cell.text) }
            writer.endRow()
        }
        guard let again = read({ () throws(TableError) in try CSVReader(MemorySource(writer.take())) }) else {
            return expect(false, "what was written is CSV")
        }
        expect(columns == 0 || again.count == rows.count + 1, "as many rows as were written")
        for (old, new) in zip(rows, again.dropFirst()) where columns > 1 {
            for (left, right) in zip(old.cells, new.cells) {
                expect(right.text.utf8.elementsEqual(left.text.utf8) || right.text == "'" + left.text, "the same cells")
            }
        }
    }

    /// Any bytes as an archive.
    static func checkWorkbook(_ input: [UInt8]) {
        _ = read { () throws(TableError) in try XLSXReader(MemorySource(input)) }
    }

    /// Any bytes as the XML of a sheet.
    static func checkSheet(_ input: [UInt8]) {
        guard let strings = try? SharedStrings(nil, of: MemorySource([])) else { return }
        let sheet = SheetReader(sheet: "s", strings: strings)
        guard let xml = try? XMLReader(sheet), (try? xml.take(input, isLast: true)) != nil else { return }
        while let row = sheet.takeRow() {
            expect((1...1_048_576).contains(row.number), "a row that a sheet can have")
            expect(row.cells.count <= 256, "columns that are read")
        }
    }

    private static func read(_ open: () throws(TableError) -> any TableReader) -> [TableRow]? {
        guard let reader = try? open() else { return nil }
        var rows: [TableRow] = []
        while rows.count < 10_000 {
            do throws(TableError) {
                guard let row = try reader.next() else { return rows }
                rows.append(row)
            } catch {
                expect(!error.detail.isEmpty, "an error says what is wrong")
                return nil
            }
        }
        return rows
    }
}
