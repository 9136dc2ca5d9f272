/// Writes a workbook (ISO/IEC 29500) front to back in constant memory: texts as inline strings, never as formulas, numbers as
/// numbers, sheets `<name> 1`, `<name> 2`, … that begin with the header.
///
/// Copies of a writer write the same workbook; use one of them.
public struct XLSXWriter: TableWriter {
    /// Rows of a sheet below its header, as many as the format has.
    public static let mostRows = 1_048_575
    /// Bytes of a sheet after which another one begins, so that four bytes can count them.
    private static let mostBytes = 3 << 30

    private let zip: ZipWriter
    private let name: String
    private let columns: [String]
    private let rowsPerSheet: Int
    /// `A`, `B`, … of the columns.
    private let letters: [[UInt8]]
    private var sheets = 0
    /// Number of the present row in its sheet, from 1.
    private var row = 0
    private var rowDigits: [UInt8] = []
    private var column = 0

    /// A workbook whose sheets are called after `name`, which has at most 20 characters and none of `[]:*?/\`.
    /// - Parameter rowsPerSheet: rows below the header after which another sheet begins.
    /// - Throws: ``TableError`` `.storage`.
    public init(name: String, columns: [String], rowsPerSheet: Int = XLSXWriter.mostRows) throws(TableError) {
        self.name = name
        self.columns = columns
        self.rowsPerSheet = max(1, min(rowsPerSheet, XLSXWriter.mostRows))
        letters = columns.indices.map { XLSXWriter.letters(of: $0) }
        zip = try ZipWriter()
        try part("[Content_Types].xml", WorkbookParts.contentTypes)
        try part("_rels/.rels", WorkbookParts.relations)
        try beginSheet()
    }

    /// Bytes that wait.
    public var waiting: Int { zip.waiting }

    /// Takes the bytes that wait.
    public mutating func take() -> [UInt8] { zip.take() }

    /// Writes a text cell.
    public mutating func text(_ bytes: UnsafeRawBufferPointer) throws(TableError) {
        if column == 0 { try beginRow() }
        guard bytes.count > 0 else { return skip() }
        try cell(bytes)
    }

    /// Writes a number cell.
    public mutating func number(_ value: Int64) throws(TableError) {
        // A spreadsheet keeps 15 digits of a number; a longer one stays whole as a text.
        guard value.magnitude < 1_000_000_000_000_000 else { return try text(String(value)) }
        if column == 0 { try beginRow() }
        let (reference, digits) = (letters[column], rowDigits)
        try zip.append { output in
            output += XLSXWriter.cellStart
            output += reference
            output += digits
            output += XLSXWriter.numberStart
            Decimal.append(value, to: &output)
            output += XLSXWriter.numberEnd
        }
        column += 1
    }

    /// Leaves a cell out.
    public mutating func null() throws(TableError) {
        if column == 0 { try beginRow() }
        skip()
    }

    /// Ends the row.
    public mutating func endRow() throws(TableError) {
        if column == 0 { try beginRow() }
        try zip.append { $0 += XLSXWriter.rowEnd }
        column = 0
    }

    /// Ends the workbook.
    public mutating func finish() throws(TableError) {
        try endSheet()
        try part("xl/workbook.xml", WorkbookParts.workbook((1...sheets).map { "\(name) \($0)" }))
        try part("xl/_rels/workbook.xml.rels", WorkbookParts.sheetRelations(sheets))
        try zip.finish()
    }

    // MARK: - Rows and sheets

    private mutating func skip() {
        column += 1
    }

    private mutating func cell(_ bytes: UnsafeRawBufferPointer) throws(TableError) {
        let (reference, digits) = (letters[column], rowDigits)
        try zip.append { output in
            output += XLSXWriter.cellStart
            output += reference
            output += digits
            output += SheetText.needsPreserving(bytes) ? XLSXWriter.spacedStart : XLSXWriter.textStart
            SheetText.append(bytes, to: &output)
            output += XLSXWriter.textEnd
        }
        column += 1
    }

    private mutating func beginRow() throws(TableError) {
        if row > rowsPerSheet || zip.entrySize > XLSXWriter.mostBytes {
            try endSheet()
            try beginSheet()
        }
        row += 1
        rowDigits.removeAll(keepingCapacity: true)
        Decimal.append(Int64(row), to: &rowDigits)
        let digits = rowDigits
        try zip.append { output in
            output += XLSXWriter.rowStart
            output += digits
            output += XLSXWriter.startEnd
        }
    }

    private mutating func beginSheet() throws(TableError) {
        sheets += 1
        row = 0
        zip.begin("xl/worksheets/sheet\(sheets).xml")
        try zip.append { $0 += Array(WorkbookParts.sheetStart.utf8) }
        for title in columns { try text(title) }
        try endRow()
    }

    private mutating func endSheet() throws(TableError) {
        try zip.append { $0 += Array(WorkbookParts.sheetEnd.utf8) }
        try zip.end()
    }

    private mutating func part(_ path: String, _ content: String) throws(TableError) {
        zip.begin(path)
        try zip.append { $0 += Array(content.utf8) }
        try zip.end()
    }

    /// The letters of a column, counted from 0: `A`…`Z`, `AA`, …
    static func letters(of column: Int) -> [UInt8] {
        var letters: [UInt8] = []
        var rest = column + 1
        while rest > 0 {
            letters.insert(0x41 + UInt8((rest - 1) % 26), at: 0)
            rest = (rest - 1) / 26
        }
        return letters
    }

    private static let rowStart = Array("<row r=\"".utf8)
    private static let startEnd = Array("\">".utf8)
    private static let rowEnd = Array("</row>".utf8)
    private static let cellStart = Array("<c r=\"".utf8)
    private static let numberStart = Array("\"><v>".utf8)
    private static let numberEnd = Array("</v></c>".utf8)
    private static let textStart = Array("\" t=\"inlineStr\"><is><t>".utf8)
    private static let spacedStart = Array("\" t=\"inlineStr\"><is><t xml:space=\"preserve\">".utf8)
    private static let textEnd = Array("</t></is></c>".utf8)
}
