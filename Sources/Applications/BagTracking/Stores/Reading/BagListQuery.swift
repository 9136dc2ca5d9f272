import Portico

/// The statements behind lists of sacks and bags: which index to walk for which filter.
struct BagListQuery {
    /// How far ids and creation times may disagree: transactions of several minutes, and clocks that were put right.
    static let disorder = Span.hours(1)

    let filter: BagFilter
    /// The ids the page lies in.
    let bounds: Range<Int64>
    let limit: Int
    let dialect: Dialect

    /// Looks at the newest rows only, `depth` ids far. What is found often is found there.
    ///
    /// The lower bound is one expression: SQLite walks a range by one lower bound and looks at every row for a second.
    func recent(_ range: CodeRange, depth: Int) -> SQL {
        let top: SQL = "(SELECT id FROM bags \(table) WHERE \(ids) ORDER BY id DESC LIMIT 1)"
        let greater = SQL(trusted: dialect == .sqlite ? "max" : "greatest")
        return page(
            """
            SELECT id FROM bags \(table)
            WHERE id < \(bounds.upperBound) AND id >= \(greater)(\(bounds.lowerBound), \(top) - \(depth))
                AND \(range.condition) \(kindConditions) \(sackConditions) \(newest)
            """)
    }

    /// How many rows a search finds.
    struct Found {
        let parents: Int
        let children: Int
        /// Whether sacks and bags were counted by themselves.
        let isByKind: Bool

        var all: Int { parents + children }
    }

    /// The same list of one kind.
    func of(_ kind: BagKind) -> BagListQuery {
        var filter = filter
        filter.kind = kind
        return BagListQuery(filter: filter, bounds: bounds, limit: limit, dialect: dialect)
    }

    /// The same list without the kind of which a search finds nothing.
    func only(_ found: Found) -> BagListQuery {
        guard found.isByKind, filter.kind == nil else { return self }
        if found.parents == 0 { return of(.child) }
        return found.children == 0 ? of(.parent) : self
    }

    /// Walks the newest rows: all of them, or those of each kind and status by themselves, where an index has them in
    /// the order of ids.
    ///
    /// - Parameter range: a search that finds so much that looking at every row is cheaper.
    func walk(_ range: CodeRange?) -> SQL {
        let further = timeConditions + sackConditions + (range.map { " AND \($0.condition)" } ?? "")
        // What few rows have must be planned for by how few.
        let isUniform = range == nil && !filter.isAboutSacks
        let sql = walk(further)
        return isUniform ? sql.plannedOnce : sql
    }

    private func walk(_ further: SQL) -> SQL {
        if filter.isAnything {
            return page("SELECT id FROM bags \(table) WHERE \(ids) AND status <> 'retired' \(further) \(newest)")
        }
        let area: SQL = filter.areaCode.map { "area_code = \($0) AND " } ?? ""
        let index = indexed(filter.areaCode == nil ? "bags_kind_status" : "bags_area_kind_status")
        var union: SQL = ""
        for (number, branch) in filter.branches.enumerated() {
            if number > 0 { union += " UNION ALL " }
            union += """
                SELECT id FROM (
                    SELECT id FROM bags \(index)
                    WHERE \(area)kind = \(branch.kind) AND status = \(branch.status) AND \(ids) \(further) \(newest)
                ) AS \(SQL(trusted: "branch\(number)"))
                """
        }
        return page("SELECT id FROM (\(union)) AS branches \(newest)")
    }

    /// Walks the sacks on hold, newest first: they are few, and have an index of their own. The search is written so that
    /// PostgreSQL does not take the index of codes for it, which finds a hundred times as many.
    func onHold(_ range: CodeRange?) -> SQL {
        let search: SQL = range.map { " AND CASE WHEN \($0.condition) THEN 1 ELSE 0 END = 1" } ?? ""
        return page(
            """
            SELECT id FROM bags \(indexed("bags_hold"))
            WHERE \(ids) \(sackConditions) \(kindConditions) \(timeConditions) \(search) \(newest)
            """)
    }

    /// Walks the sacks on bills, newest first, which lie behind all those that are packed today.
    func onBills() -> SQL {
        page(
            """
            SELECT id FROM bags \(indexed("bags_billed"))
            WHERE \(ids) \(sackConditions) \(kindConditions) \(timeConditions) \(newest)
            """)
    }

    /// The bags of a lot: some thousands at the most, in the order of ids where the engine keeps them so. The sum keeps
    /// PostgreSQL from walking the whole table in that order to find a lot that does not exist.
    func ofLot() -> SQL {
        let search = filter.search.flatMap(CodeRange.init).map { " AND \($0.condition)" as SQL } ?? ""
        let order: SQL = dialect == .sqlite ? newest : "ORDER BY id + 0 DESC LIMIT \(limit)"
        return page(
            """
            SELECT id FROM bags \(indexed("bags_lot"))
            WHERE lot = \(filter.lot ?? "") AND \(ids) \(kindConditions) \(timeConditions) \(sackConditions) \(search) \(order)
            """)
    }

    /// Looks at the `window` newest codes of a search.
    func found(_ range: CodeRange, window: Int) -> SQL {
        switch dialect {
        case .sqlite: foundBesideRows(range, window: window)
        case .postgresql: foundInIndex(range, window: window)
        }
    }

    /// The index of codes gives ids only. The pluses keep SQLite from walking the table in the order of ids instead.
    private func foundBesideRows(_ range: CodeRange, window: Int) -> SQL {
        page(
            """
            SELECT id FROM bags \(table) WHERE id IN (
                SELECT id FROM \(matches(range)) AND +id < \(bounds.upperBound) AND +id >= \(bounds.lowerBound)
                ORDER BY +id DESC LIMIT \(window))
            \(kindConditions) \(timeConditions) \(sackConditions) \(newest)
            """)
    }

    /// The index of codes tells a row's kind, status and area: those that are not shown are left out of the window, and
    /// nothing else is looked at unless the filter asks for more.
    private func foundInIndex(_ range: CodeRange, window: Int) -> SQL {
        let chosen: SQL =
            !filter.isAboutTime && !filter.isAboutSacks
            ? "SELECT id FROM newest \(newest)"
            : """
            SELECT id FROM bags \(table) WHERE id IN (SELECT id FROM newest) \(kindConditions) \(timeConditions)
            \(sackConditions) \(newest)
            """
        return """
            WITH found AS MATERIALIZED (SELECT id FROM \(matches(range)) \(kindConditions)),
            newest AS (SELECT id FROM found WHERE \(ids) ORDER BY id DESC LIMIT \(window))
            \(page(chosen))
            """
    }

    /// Looks at all codes of a search, `most` and one at the most, and picks the newest of them: a page whose last column
    /// tells how many codes were looked at. One walk of the index of codes, which knows all that the filter may ask here.
    func foundAtOnce(_ range: CodeRange, most: Int) -> SQL {
        let chosen: SQL = "SELECT id FROM scanned WHERE \(ids) \(kindConditions) \(newest)"
        let sql: SQL = """
            WITH scanned AS MATERIALIZED (SELECT id, kind, status, area_code FROM \(matches(range)) LIMIT \(most + 1))
            \(page(chosen, beside: ", (SELECT count(*) FROM scanned)"))
            """
        return sql.plannedOnce
    }

    /// Walks the codes that begin as a search does, newest first: an index has them in that order for every beginning of
    /// ``CodeRange/stemLength`` characters, and knows all that the filter may ask here.
    func ofStem(_ stem: String, _ range: CodeRange) -> SQL {
        let rest: SQL = range.isWholeStem ? "" : "AND \(range.condition)"
        return page(
            """
            SELECT id FROM bags \(indexed("bags_stem"))
            WHERE \(CodeRange.stemColumn) = \(stem) AND \(ids) \(rest) \(kindConditions) \(newest)
            """
        ).plannedOnce
    }

    /// Whether an index of codes can know all that the filter asks.
    var isAboutCodes: Bool { !filter.isAboutTime && !filter.isAboutSacks }

    /// Whether the index of codes knows all that the filter asks.
    var isAnsweredByCodes: Bool { dialect == .postgresql && isAboutCodes }

    /// The rows that a search finds, for a FROM clause. Who sees one area walks the codes of that area only, and who asks for
    /// sacks those of sacks.
    func matches(_ range: CodeRange) -> SQL {
        if range.isPrefix, filter.isAboutSacks, filter.areaCode == nil {
            return "bags \(indexed("bags_sack_code")) WHERE kind = 'parent' AND \(range.condition)"
        }
        guard range.isPrefix, let area = filter.areaCode else { return "bags WHERE \(range.condition)" }
        let kind = filter.isAboutSacks ? .parent : filter.kind
        let kinds: SQL = kind.map { "kind = \($0)" } ?? "kind IN (\(BagKind.parent), \(BagKind.child))"
        return "bags \(indexed("bags_area_code")) WHERE area_code = \(area) AND \(kinds) AND \(range.condition)"
    }

    /// The rows of a page with where they are. `chosen` selects their ids, `further` are columns behind all others.
    private func page(_ chosen: SQL, beside further: SQL = "") -> SQL {
        """
        SELECT page.*, p.code, l.id, l.code, l.state\(further)
        FROM (SELECT \(BagRow.columns) FROM bags WHERE id IN (SELECT id FROM (\(chosen)) AS chosen)) AS page
        LEFT JOIN bags p ON p.id = page.parent_id LEFT JOIN bills l ON l.id = page.bill_id
        ORDER BY page.id DESC
        """
    }

    // MARK: - Conditions

    private var ids: SQL { "id < \(bounds.upperBound) AND id >= \(bounds.lowerBound)" }

    private var newest: SQL { "ORDER BY id DESC LIMIT \(limit)" }

    private var kindConditions: SQL {
        var sql: SQL = ""
        if let kind = filter.isAboutSacks ? .parent : filter.kind { sql += " AND kind = \(kind)" }
        if let area = filter.areaCode { sql += " AND area_code = \(area)" }
        return sql + (filter.status.map { " AND status = \($0)" } ?? " AND status <> 'retired'")
    }

    private var sackConditions: SQL {
        var sql: SQL = ""
        if let type = filter.productType { sql += " AND product_type = \(type)" }
        if let isBilled = filter.isBilled { sql += isBilled ? " AND bill_id IS NOT NULL" : " AND bill_id IS NULL" }
        if let isOnHold = filter.isOnHold {
            sql += isOnHold ? " AND hold_reason IS NOT NULL" : " AND hold_reason IS NULL"
        }
        return sql
    }

    private var timeConditions: SQL {
        var sql: SQL = ""
        if let from = filter.createdFrom { sql += " AND created_at >= \(from)" }
        if let to = filter.createdTo { sql += " AND created_at < \(to)" }
        return sql
    }

    // MARK: - Engines

    /// SQLite has no idea of how often a value occurs, so it is told which index to walk.
    private func indexed(_ name: String) -> SQL {
        dialect == .sqlite ? SQL(trusted: "INDEXED BY \(name)") : ""
    }

    /// The table itself, in the order of ids.
    private var table: SQL { dialect == .sqlite ? "NOT INDEXED" : "" }
}

/// The codes that a search finds, as a range of an index. Codes are letters, digits and hyphens, all below `~`.
struct CodeRange: Sendable {
    /// The range as a condition on `bags`.
    let condition: SQL
    /// Whether it is one of codes, and not of codes read backwards.
    let isPrefix: Bool
    /// The first characters of all its codes, where it tells so many.
    let stem: String?
    /// Whether it is all codes of its stem.
    let isWholeStem: Bool

    /// How many characters of a code have an index of their own: enough to leave out most codes, few enough to be typed.
    static let stemLength = 4
    /// What that index is of.
    static let stemColumn: SQL = "substr(code, 1, 4)"

    /// Nil for a search that finds every code.
    init?(_ search: BagSearch) {
        switch search {
        case .prefix(""): return nil
        case .prefix(let text):
            isPrefix = true
            stem = text.utf8.count < Self.stemLength ? nil : String(text.prefix(Self.stemLength))
            isWholeStem = text.utf8.count == Self.stemLength
            condition = "code >= \(text) AND code < \(text + "~")"
        case .suffix(let text):
            isPrefix = false
            stem = nil
            isWholeStem = false
            let reversed = ASCII.reversed(text)
            condition = "code_reversed >= \(reversed) AND code_reversed < \(reversed + "~")"
        }
    }
}
