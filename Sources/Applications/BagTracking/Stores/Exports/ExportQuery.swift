import Portico

/// What an export reads: a table in the order of ids, in windows of some thousand rows, so that it hears between two of them
/// when nobody waits for it any more.
protocol ExportQuery: Sendable {
    /// What is exported.
    var name: ExportName { get }
    /// What it is narrowed to, as it was understood, by the names of the fields: for the audit.
    var conditions: [(name: String, value: String)] { get }
    /// The rows of ids above `after` and up to `through`.
    func statement(after: Int64, through: Int64) -> SQL
    /// Where the bags of these rows are; empty for exports that name no sacks.
    func places(after: Int64, through: Int64) -> SQL?
    /// Writes a row in the order of the columns.
    func write<Writer: TableWriter & ~Copyable>(
        _ row: Row, _ places: [Int64: ExportPlace], to writer: inout Writer
    ) throws
}

extension ExportQuery {
    func places(after: Int64, through: Int64) -> SQL? { nil }
}

/// Code of a sack, and of the bill it is on.
struct ExportPlace {
    let code: [UInt8]
    let bill: [UInt8]?

    init(_ row: Row) throws {
        code = Array((try row[1] as String).utf8)
        bill = (try row[2] as String?).map { Array($0.utf8) }
    }
}

extension TableWriter where Self: ~Copyable {
    /// A text column, or nothing where it is null.
    mutating func text(_ row: Row, _ column: Int) throws {
        if row.isNull(column) { return try null() }
        try row.withBytes(column) { try text($0) }
    }

    /// A number, or nothing where it is null.
    mutating func number(_ row: Row, _ column: Int) throws {
        if row.isNull(column) { return try null() }
        try number(try row[column])
    }

    /// A point in time, or nothing where it is null.
    mutating func instant(_ row: Row, _ column: Int) throws {
        if row.isNull(column) { return try null() }
        try instant(try row[column] as Instant)
    }

    /// Bytes of a text, or nothing.
    mutating func optional(_ bytes: [UInt8]?) throws {
        if let bytes { try text(bytes) } else { try null() }
    }
}

/// Sacks and bags.
struct BagExport: ExportQuery {
    let filter: BagFilter

    var name: ExportName { .bags }

    func statement(after: Int64, through: Int64) -> SQL {
        """
        SELECT parent_id, code, kind, product_type, area_code, status, child_count, capacity,
            child_count * unit_weight_grams, lot, test_date, sscc, created_at, updated_at,
            CASE WHEN bill_id IS NOT NULL THEN (SELECT l.code FROM bills l WHERE l.id = bill_id) END
        FROM bags WHERE id > \(after) AND id <= \(through) \(condition) ORDER BY id
        """
    }

    /// Written so that both engines look each sack up by its key: there are few of them in a window.
    /// The plus hides the index of bags by their sacks, which SQLite without statistics would read for each window.
    func places(after: Int64, through: Int64) -> SQL? {
        """
        SELECT s.parent_id, (SELECT p.code FROM bags p WHERE p.id = s.parent_id),
            (SELECT (SELECT l.code FROM bills l WHERE l.id = p.bill_id) FROM bags p WHERE p.id = s.parent_id)
        FROM (SELECT DISTINCT +parent_id AS parent_id FROM bags
            WHERE id > \(after) AND id <= \(through) AND +parent_id IS NOT NULL) AS s
        """
    }

    func write<Writer: TableWriter & ~Copyable>(
        _ row: Row, _ places: [Int64: ExportPlace], to writer: inout Writer
    ) throws {
        let place = (try row[0] as Int64?).flatMap { places[$0] }
        for column in 1...5 { try writer.text(row, column) }
        try writer.optional(place?.code)
        if row.isNull(14) { try writer.optional(place?.bill) } else { try writer.text(row, 14) }
        for column in 6...8 { try writer.number(row, column) }
        for column in 9...11 { try writer.text(row, column) }
        for column in 12...13 { try writer.instant(row, column) }
    }

    /// `|| ''` and `+` hide columns whose indexes are not in the order of ids: SQLite without statistics would walk one of
    /// these indexes for each window.
    private var condition: SQL {
        var sql: SQL = ""
        if let kind = filter.kind { sql += " AND kind || '' = \(kind)" }
        if filter.isAboutSacks { sql += " AND kind || '' = 'parent'" }
        if let area = filter.areaCode { sql += " AND area_code || '' = \(area)" }
        if let type = filter.productType { sql += " AND product_type || '' = \(type)" }
        sql += filter.status.map { " AND status = \($0)" } ?? " AND status <> 'retired'"
        if let isBilled = filter.isBilled { sql += isBilled ? " AND +bill_id IS NOT NULL" : " AND +bill_id IS NULL" }
        if let isOnHold = filter.isOnHold {
            sql += isOnHold ? " AND hold_reason IS NOT NULL" : " AND hold_reason IS NULL"
        }
        if let lot = filter.lot { sql += " AND lot = \(lot)" }
        if let range = filter.search.flatMap({ CodeRange($0) }) { sql += " AND \(range.condition)" }
        if let from = filter.createdFrom { sql += " AND created_at >= \(from)" }
        if let to = filter.createdTo { sql += " AND created_at < \(to)" }
        return sql
    }
}

/// Scans.
struct ScanExport: ExportQuery {
    let filter: ScanFilter

    var name: ExportName { .scans }

    func statement(after: Int64, through: Int64) -> SQL {
        """
        SELECT CAST(s.id AS TEXT), s.kind, s.outcome, s.reject_code, s.code, s.parent_code,
            CASE WHEN s.bill_id IS NOT NULL THEN (SELECT l.code FROM bills l WHERE l.id = s.bill_id) END, s.area_code,
            (SELECT u.name FROM accounts u WHERE u.id = s.user_id), s.scanned_at, s.recorded_at, s.undone_at
        FROM scans s WHERE s.id > \(after) AND s.id <= \(through) \(condition) ORDER BY s.id
        """
    }

    func write<Writer: TableWriter & ~Copyable>(
        _ row: Row, _ places: [Int64: ExportPlace], to writer: inout Writer
    ) throws {
        for column in 0...8 { try writer.text(row, column) }
        for column in 9...11 { try writer.instant(row, column) }
    }

    private var condition: SQL {
        var sql: SQL = ""
        if let user = filter.userID { sql += " AND s.user_id = \(user)" }
        if let kind = filter.kind { sql += " AND s.kind = \(kind)" }
        if let outcome = filter.outcome { sql += " AND s.outcome = \(outcome)" }
        if let code = filter.code { sql += " AND s.code = \(code)" }
        if let parentCode = filter.parentCode { sql += " AND s.parent_code = \(parentCode)" }
        if let from = filter.from { sql += " AND s.recorded_at >= \(from)" }
        if let to = filter.to { sql += " AND s.recorded_at < \(to)" }
        if let area = filter.areaCode { sql += " AND s.area_code = \(area)" }
        return sql
    }
}

/// What an export of bills is narrowed to.
struct BillExportFilter: Sendable, Hashable {
    var state: String?
    /// The area asked for, or the only one that the caller sees.
    var areaCode: String?
    /// How codes begin, whatever their case.
    var prefix: String?
    var createdBy: Int64?
    /// Created from this time on.
    var from: Instant?
    /// Created before this time.
    var to: Instant?
}

/// Bills.
struct BillExport: ExportQuery {
    let filter: BillExportFilter

    var name: ExportName { .bills }

    func statement(after: Int64, through: Int64) -> SQL {
        """
        SELECT code, state, area_code, capacity, linked_count, child_count, actual_weight_grams, expected_weight_grams,
            actual_weight_grams - expected_weight_grams, consignee, destination, vehicle_number, created_at,
            completed_at, dispatched_at, delivered_at
        FROM bills WHERE id > \(after) AND id <= \(through) \(condition) ORDER BY id
        """
    }

    func write<Writer: TableWriter & ~Copyable>(
        _ row: Row, _ places: [Int64: ExportPlace], to writer: inout Writer
    ) throws {
        for column in 0...2 { try writer.text(row, column) }
        for column in 3...8 { try writer.number(row, column) }
        for column in 9...11 { try writer.text(row, column) }
        for column in 12...15 { try writer.instant(row, column) }
    }

    private var condition: SQL {
        var sql: SQL = ""
        if let state = filter.state { sql += " AND state = \(state)" }
        if let area = filter.areaCode { sql += " AND area_code = \(area)" }
        if let prefix = filter.prefix {
            let key = BillCode.key(prefix)
            sql += " AND substr(code_key, 1, CAST(\(key.unicodeScalars.count) AS INTEGER)) = \(key)"
        }
        if let user = filter.createdBy { sql += " AND created_by = \(user)" }
        if let from = filter.from { sql += " AND created_at >= \(from)" }
        if let to = filter.to { sql += " AND created_at < \(to)" }
        return sql
    }
}
