/// What a file to import holds (rule R32).
enum ImportKind: String, Sendable, Hashable, CaseIterable {
    /// Codes in column A; the sack that closes a run of bags comes after them.
    case packing
    /// Sacks and bags, each with what is known of it.
    case bags
    /// Bills without their sacks.
    case bills
    /// Sacks onto open bills.
    case billParents = "bill_parents"

    /// The columns that are read, those that must be there first.
    var columns: [String] {
        switch self {
        case .packing: ["code"]
        case .bags: ["code", "parent_code", "lot", "test_date", "area_code"]
        case .bills: ["bill_code", "capacity", "area_code", "description", "consignee", "destination"]
        case .billParents: ["bill_code", "parent_code"]
        }
    }

    /// The columns without which a file is refused. Files of packing need no header.
    var required: [String] {
        switch self {
        case .packing: []
        case .bags: ["code"]
        case .bills: ["bill_code", "capacity"]
        case .billParents: ["bill_code", "parent_code"]
        }
    }

    var title: String {
        switch self {
        case .packing: "Packing lists"
        case .bags: "Sacks and bags"
        case .bills: "Bills"
        case .billParents: "Sacks on bills"
        }
    }
}

/// What is done about rows that are wrong (rule R35).
enum ImportErrorMode: String, Sendable, Hashable, CaseIterable {
    /// Good rows are written.
    case skip
    /// Nothing is written.
    case abort
}

/// How a file is imported.
struct ImportTerms: Sendable, Hashable {
    let kind: ImportKind
    let isDryRun: Bool
    let onError: ImportErrorMode
    /// The area of new sacks and bills where a row names none.
    let areaCode: String?
}

/// What is wrong with a row (rule R34).
struct ImportRowError: Sendable, Hashable {
    let sheet: String?
    /// The number a spreadsheet shows.
    let row: Int
    /// The column's name; `A` where columns have none.
    let column: String?
    let code: String
    let message: String
    /// What stood there, cut to 200 characters.
    let value: String?

    init(_ row: ImportRow, _ column: String?, _ code: String, _ message: String, value: String?) {
        sheet = row.sheet
        self.row = row.number
        self.column = column
        self.code = code
        self.message = message
        self.value = value.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(200))) }
    }

    init(sheet: String?, row: Int, column: String?, code: String, message: String, value: String?) {
        self.sheet = sheet
        self.row = row
        self.column = column
        self.code = code
        self.message = message
        self.value = value
    }
}

/// Where a row stands in its file, with the texts of the columns that are read.
struct ImportRow: Sendable, Hashable {
    let sheet: String?
    let number: Int
    /// In the order of ``ImportKind/columns``; empty where there is none.
    let values: [String]
}

/// What came of the rows so far.
struct ImportCounts: Sendable, Hashable {
    var ok = 0
    var unchanged = 0
    var rejected = 0
    /// What was made, by its name in the result.
    var parents = 0
    var children = 0
    var links = 0
    var bills = 0
    var billParents = 0
    /// Codes that a workbook kept as numbers.
    var numericCells = 0
    /// Warnings of rule R5 by their name.
    var warnings: [String: Int] = [:]
    /// Rows with an error of their own.
    var errors = 0

    var total: Int { ok + unchanged + rejected }
}
