/// One row of a table that is read.
public struct TableRow: Sendable, Hashable {
    /// Name of the sheet; nil where the format has none.
    public let sheet: String?
    /// The number a spreadsheet shows beside the row, from 1; header and blank rows count.
    public let number: Int
    /// The cells from the first column on; what is missing at the end is empty.
    public let cells: [TableCell]

    /// A row.
    public init(sheet: String?, number: Int, cells: [TableCell]) {
        self.sheet = sheet
        self.number = number
        self.cells = cells
    }

    /// The text of a column, counted from 0; empty where there is none.
    public subscript(column: Int) -> String {
        cells.indices.contains(column) ? cells[column].text : ""
    }

    /// Whether no cell holds more than white space.
    public var isBlank: Bool {
        cells.allSatisfy { cell in cell.text.unicodeScalars.allSatisfy(\.properties.isWhitespace) }
    }
}

/// One cell.
public struct TableCell: Sendable, Hashable {
    /// What it says; numbers as plain digits.
    public var text: String
    /// Whether the file keeps it as a number, which has no leading zeros.
    public var isNumber: Bool

    /// A cell.
    public init(_ text: String, isNumber: Bool = false) {
        self.text = text
        self.isNumber = isNumber
    }
}

/// Gives the rows of a file one after the other. One task at a time uses it.
public protocol TableReader: AnyObject {
    /// The next row, or nil after the last.
    /// - Throws: ``TableError``; the reader is of no use afterwards.
    func next() throws(TableError) -> TableRow?
}
