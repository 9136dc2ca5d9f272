/// Makes rows of the XML of a sheet (ISO/IEC 29500-1 §18.3.1): shared and inline strings, numbers as plain digits, or as the
/// day that the cell shows, truth values and errors as spreadsheets show them, of formulas what they gave last.
final class SheetReader: XMLConsumer {
    /// Columns that are read; those behind them are left out.
    private static let mostColumns = 256
    private static let mostRows = 1_048_576

    private enum Kind {
        case number, shared, inline, text, flag, day
    }

    private let sheet: String
    private let strings: SharedStrings
    private let formats: NumberFormats
    private var rows: [TableRow] = []
    private var taken = 0

    private var row = 0
    private var column = -1
    private var cells: [TableCell] = []
    private var kind = Kind.number
    /// The number of the cell's format.
    private var format = 0
    private var value: [UInt8] = []
    private var isValue = false
    private var isInline = false
    private var isPhonetic = false

    init(sheet: String, strings: SharedStrings, formats: NumberFormats) {
        self.sheet = sheet
        self.strings = strings
        self.formats = formats
    }

    /// The next row that is complete.
    func takeRow() -> TableRow? {
        guard taken < rows.count else {
            rows.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        taken += 1
        return rows[taken - 1]
    }

    /// Refuses a text that no spreadsheet makes, before it fills the memory.
    static func checkLength(_ count: Int) throws(TableError) {
        guard count > 1 << 18 else { return }
        throw tooLong
    }

    /// The text of a cell behind its escapes.
    /// - Throws: ``TableError`` `.damaged` for more characters than the format allows.
    static func content(_ bytes: [UInt8]) throws(TableError) -> String {
        let text = SheetText.unescaped(String(decoding: bytes, as: UTF8.self))
        guard text.utf8.count > SheetText.longest, text.utf16.count > SheetText.longest else { return text }
        throw tooLong
    }

    private static var tooLong: TableError {
        TableError(.damaged, "A cell of the workbook holds more text than a cell can.")
    }

    // MARK: - XML

    func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(TableError) {
        if name("c") { return try beginCell(attributes) }
        if name("v") { isValue = kind != .inline }
        if name("is") { isInline = true }
        if name("rPh") { isPhonetic = true }
        if name("t") { isValue = isInline && !isPhonetic }
        guard name("row") else { return }
        row = try SheetReader.rowNumber(attributes.value("r")) ?? row + 1
        guard row <= SheetReader.mostRows else { throw ZipDirectory.damaged }
        column = -1
        cells.removeAll(keepingCapacity: true)
    }

    func end(_ name: XMLName) throws(TableError) {
        if name("v") || name("t") { isValue = false }
        if name("is") { isInline = false }
        if name("rPh") { isPhonetic = false }
        if name("c") { try endCell() }
        guard name("row"), !cells.isEmpty else { return }
        rows.append(TableRow(sheet: sheet, number: row, cells: cells))
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError) {
        guard isValue else { return }
        value.append(contentsOf: bytes)
        try SheetReader.checkLength(value.count)
    }

    // MARK: - Cells

    private func beginCell(_ attributes: XMLAttributes) throws(TableError) {
        column = try SheetReader.column(attributes.value("r")) ?? column + 1
        value.removeAll(keepingCapacity: true)
        switch attributes.text("t") {
        case "s": kind = .shared
        case "inlineStr": kind = .inline
        case "str", "e": kind = .text
        case "d": kind = .day
        case "b": kind = .flag
        default: kind = .number
        }
        if kind == .number, formats.haveDates { format = attributes.text("s").flatMap { Int($0) } ?? 0 }
    }

    private func endCell() throws(TableError) {
        guard column < SheetReader.mostColumns, !value.isEmpty else { return }
        // Cells stand in the order of columns; one that does not is out of its place and damages nothing else.
        guard cells.count <= column else { throw ZipDirectory.damaged }
        while cells.count < column { cells.append(TableCell("")) }
        cells.append(try cell())
    }

    private func cell() throws(TableError) -> TableCell {
        if kind == .inline || kind == .text { return TableCell(try SheetReader.content(value)) }
        let text = String(decoding: value, as: UTF8.self)
        guard text.utf8.count <= SheetText.longest else { throw SheetReader.tooLong }
        switch kind {
        case .shared:
            guard let number = Int(text) else { throw ZipDirectory.damaged }
            return TableCell(try strings[number])
        case .inline, .text: return TableCell(text)
        case .day: return TableCell(SheetReader.day(text))
        case .flag: return TableCell(text == "1" ? "TRUE" : "FALSE")
        case .number:
            guard let digits = Decimal.plain(text) else { return TableCell(text) }
            if formats.haveDates, let shown = formats.text(digits, format: format) { return TableCell(shown) }
            return TableCell(digits, isNumber: true)
        }
    }

    /// A day that the cell keeps as ISO 8601 text: without the midnight that some programs add.
    private static func day(_ text: String) -> String {
        guard let mark = text.firstIndex(of: "T") else { return text }
        let time = text[text.index(after: mark)...]
        return time.allSatisfy { "0:.Z".contains($0) } ? String(text[..<mark]) : text
    }

    /// The number of a row, from 1.
    private static func rowNumber(_ text: UnsafePointer<CChar>?) throws(TableError) -> Int? {
        guard let text else { return nil }
        guard let number = Int(String(cString: text)), number > 0 else { throw ZipDirectory.damaged }
        return number
    }

    /// The column of a reference such as `AB12`, counted from 0.
    private static func column(_ text: UnsafePointer<CChar>?) throws(TableError) -> Int? {
        guard let text else { return nil }
        var number = 0
        var index = 0
        while case let letter = UInt8(bitPattern: text[index]) & 0xDF, (0x41...0x5A).contains(letter), index < 4 {
            number = number * 26 + Int(letter - 0x40)
            index += 1
        }
        guard (1...16_384).contains(number) else { throw ZipDirectory.damaged }
        return number - 1
    }
}
