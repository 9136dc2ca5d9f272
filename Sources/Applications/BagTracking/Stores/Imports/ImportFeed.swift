import Portico

/// What is decided together: a row, or in files of packing a run of bags with the sack that closes it.
struct ImportUnit: Sendable {
    /// More bags than a sack of any kind takes.
    static let mostChildren = 500

    /// The bags of a run; empty for other kinds.
    var children: [ImportRow] = []
    /// The row itself, or the sack that closes the run; nil where no sack does.
    var row: ImportRow?
    /// Bags of the run behind the first 500: they are counted, and nothing else matters of a run that fits in no sack.
    var leftOut = 0
    /// Codes in it that a workbook kept as numbers.
    var numericCells = 0

    /// Bags of the run, also those that are only counted.
    var childCount: Int { children.count + leftOut }
    /// Rows of the file in it.
    var count: Int { childCount + (row == nil ? 0 : 1) }
    /// Bytes of the texts that are kept of it.
    var size: Int {
        (children + [row].compactMap(\.self)).reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.utf8.count } }
    }
}

/// Makes units of the rows of a file: finds the header of each sheet, leaves out blank rows, counts codes that were numbers.
final class ImportFeed {
    private let reader: any TableReader
    private let kind: ImportKind
    private let mostRows: Int
    private let orphans: Set<Int>
    private let isParent: (String) -> Bool
    /// Bags without a sack that are given out at once.
    private static let slice = 1000
    /// What is kept of a text: as much as the longest column takes.
    static let longestValue = 500
    /// Rows given out so far.
    private var given = 0
    /// Whether what is left of the sheet has no sack.
    private var isAmongOrphans = false
    private var sheet: String?
    /// Whether a row was found.
    private(set) var hasSheet = false
    /// Where each column of the kind stands in the sheet.
    private var places: [Int?] = []
    private var ahead: TableRow?
    /// Whether the present sheet has no header and no row that was taken.
    private var isUnread = false
    /// Codes that were numbers in the rows of the unit in hand.
    private var numericCells = 0

    /// - Parameters:
    ///   - mostRows: how many rows a file may have.
    ///   - orphans: behind how many rows of a file of packing bags begin that no sack closes, as one who read the file before
    ///     knows. They are given out in slices; without it they are one unit that is cut like any other.
    ///   - isParent: whether a text of a file of packing closes a run.
    init(
        _ reader: any TableReader, _ kind: ImportKind, mostRows: Int = .max, orphans: Set<Int> = [],
        isParent: @escaping (String) -> Bool
    ) {
        self.reader = reader
        self.kind = kind
        self.mostRows = mostRows
        self.orphans = orphans
        self.isParent = isParent
    }

    /// The next unit, or nil at the end.
    /// - Throws: ``TableError``; ``MissingColumn``; ``TooManyRows``.
    func next() throws -> ImportUnit? {
        numericCells = 0
        var unit = kind == .packing ? try nextRun() : try nextRow().map { ImportUnit(row: $0) }
        unit?.numericCells = numericCells
        return unit
    }

    private func nextRun() throws -> ImportUnit? {
        var unit = ImportUnit()
        if orphans.contains(given) { isAmongOrphans = true }
        let most = isAmongOrphans ? ImportFeed.slice : ImportUnit.mostChildren
        while let row = try nextRow() {
            if isParent(row.values[0]) {
                unit.row = row
                return unit
            }
            if unit.children.count < most { unit.children.append(row) } else { unit.leftOut += 1 }
            if try isSheetOver() {
                isAmongOrphans = false
                return unit
            }
            if isAmongOrphans, unit.children.count == most { return unit }
        }
        return unit.count == 0 ? nil : unit
    }

    /// Whether no further row of the present sheet follows.
    private func isSheetOver() throws -> Bool {
        guard let next = try peek() else { return true }
        return next.sheet != sheet
    }

    private func peek() throws -> TableRow? {
        while ahead == nil {
            guard let row = try reader.next() else { return nil }
            if !row.isBlank { ahead = row }
        }
        return ahead
    }

    private func nextRow() throws -> ImportRow? {
        while let row = try peek() {
            ahead = nil
            if !hasSheet || row.sheet != sheet {
                try refuseUnread()
                hasSheet = true
                sheet = row.sheet
                if try readHeader(row) { continue }
            }
            let values = places.map { $0.map { ImportFeed.cut(row[$0]) } ?? "" }
            guard values.contains(where: { !ScannedText.tidied($0).isEmpty }) else { continue }
            isUnread = false
            for case let place? in places where row.cells.indices.contains(place) && row.cells[place].isNumber {
                numericCells += 1
            }
            guard given < mostRows else { throw TooManyRows(most: mostRows) }
            given += 1
            return ImportRow(sheet: row.sheet, number: row.number, values: values)
        }
        try refuseUnread()
        return nil
    }

    /// A sheet that says something, and nothing where it is read, would be left out without a word.
    private func refuseUnread() throws(MissingColumn) {
        if isUnread { throw MissingColumn(name: "A", sheet: sheet, isEmpty: true) }
    }

    /// A text that is longer keeps a mark in place of its rest, so that it is still refused as too long.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > longestValue else { return text }
        let trimmed = FreeText.trimmed(text)
        guard isTooLong(trimmed) else { return trimmed }
        return String(String.UnicodeScalarView(trimmed.unicodeScalars.prefix(longestValue))) + "…"
    }

    /// Whether a value is the beginning of a text that no column takes.
    static func isTooLong(_ value: String) -> Bool {
        value.utf8.count > longestValue && value.unicodeScalars.count > longestValue
    }

    /// Notes where the columns stand.
    /// - Returns: whether the row is a header.
    private func readHeader(_ row: TableRow) throws -> Bool {
        if let found = try ImportFeed.places(of: row, kind) {
            places = found
            return true
        }
        places = [0]
        isUnread = true
        return false
    }

    /// Where each column stands by the first row of a sheet; nil for one of packing that is no header.
    /// - Throws: ``MissingColumn``.
    static func places(of row: TableRow, _ kind: ImportKind) throws(MissingColumn) -> [Int?]? {
        let names = row.cells.map { ScannedText.tidied($0.text).lowercased() }
        guard kind != .packing else { return ["code", "label"].contains(names.first ?? "") ? [0] : nil }
        for name in kind.required where !names.contains(name) { throw MissingColumn(name: name, sheet: row.sheet) }
        return kind.columns.map { names.firstIndex(of: $0) }
    }
}

/// A file has more rows than are taken.
struct TooManyRows: Error, Sendable {
    let most: Int

    /// What to do about it, in a sentence.
    var detail: String { "The file has more than \(most) rows. Cut it in parts." }
}

/// A sheet lacks a column that must be there.
struct MissingColumn: Error, Sendable {
    let name: String
    let sheet: String?
    /// Whether it is a column without a name that holds nothing.
    var isEmpty = false

    /// What is missing, in a sentence.
    var detail: String {
        let place = sheet.map { "The sheet “\(CodeError.quote($0))”" } ?? "The file"
        return isEmpty
            ? "\(place) has nothing in column \(name). Codes stand there, one below the other."
            : "\(place) has no column “\(name)” in its first row."
    }
}
