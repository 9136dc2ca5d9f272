/// Reads a workbook row by row, sheet by sheet: `.xlsx`, and `.xlsm` without looking at its macros.
public final class XLSXReader: TableReader {
    private let source: any ByteSource
    private let sheets: [Workbook.Sheet]
    private let strings: SharedStrings
    private let formats: NumberFormats
    private var sheet = 0
    private var open: (bytes: ZipEntryReader, xml: XMLReader, rows: SheetReader)?

    /// Opens a workbook and reads its shared strings and formats.
    /// - Throws: ``TableError``.
    public init(_ source: any ByteSource) throws(TableError) {
        self.source = source
        let workbook = try Workbook(source)
        sheets = workbook.sheets
        strings = try SharedStrings(workbook.strings, of: source)
        formats = try NumberFormats(workbook.styles, of: source, startsIn1904: workbook.startsIn1904)
    }

    /// The next row that has a cell, or nil after the last sheet.
    /// - Throws: ``TableError``.
    public func next() throws(TableError) -> TableRow? {
        while true {
            if open == nil { open = try openNext() }
            guard let open else { return nil }
            if let row = open.rows.takeRow() { return row }
            guard let bytes = try open.bytes.next() else {
                try open.xml.take([], isLast: true)
                self.open = nil
                // The end of the document may have completed rows.
                if let row = open.rows.takeRow() { return row }
                continue
            }
            try open.xml.take(bytes, isLast: false)
        }
    }

    /// Leaves the rest of the present sheet out.
    public func skipSheet() {
        open = nil
    }

    private func openNext() throws(TableError) -> (bytes: ZipEntryReader, xml: XMLReader, rows: SheetReader)? {
        guard sheet < sheets.count else { return nil }
        defer { sheet += 1 }
        let rows = SheetReader(sheet: sheets[sheet].name, strings: strings, formats: formats)
        return (try ZipEntryReader(source, sheets[sheet].entry), try XMLReader(rows), rows)
    }
}
