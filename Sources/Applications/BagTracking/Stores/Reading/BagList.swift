import Portico

/// Lists sacks and bags, newest first, at the same price on every page.
///
/// Ids grow with time, so "newest first" is the order of ids, and a page begins below the last id of the page before.
/// What a list is narrowed to decides which index it walks; see ``BagListQuery``.
struct BagList<Session: SQLSession> {
    /// How many codes a search may find before walking the newest rows becomes cheaper than looking at the found ones.
    /// SQLite finds them inside one index and looks at the newest only, unless further filters make it look at all of
    /// them; PostgreSQL does the same since its index knows what is shown. Measured with 1.8 million rows.
    private func searchLimit(_ filter: BagFilter) -> Int {
        switch session.dialect {
        case .sqlite: filter.isAnything || filter.areaCode != nil ? 30_000 : 10_000
        case .postgresql: 5000
        }
    }
    /// Up to so many found codes are looked up without further thought.
    private static var seldom: Int { 2000 }
    /// How many of the newest rows are looked at for what is found more often. A row costs PostgreSQL more to look at.
    private var depth: Int { session.dialect == .sqlite ? 12_000 : 5000 }

    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// One page.
    /// - Parameter before: id of the last row of the page before; nil for the first page.
    /// - Throws: ``SQLError``.
    func page(_ filter: BagFilter, before: Int64?, limit: Int) throws -> Page<BagListing> {
        let fetched = try rows(filter, before: before ?? .max, limit: limit + 1)
        return Page(fetched: fetched, limit: limit) { [String($0.row.id)] }
    }

    private func rows(_ filter: BagFilter, before: Int64, limit: Int) throws -> [BagListing] {
        guard !filter.branches.isEmpty else { return [] }
        let bounds = try bounds(filter, before: before)
        let query = BagListQuery(filter: filter, bounds: bounds, limit: limit, dialect: session.dialect)
        if filter.lot != nil { return try list(query.ofLot()) }
        let range = filter.search.flatMap { CodeRange($0) }
        if filter.isOnHold == true { return try list(query.onHold(range)) }
        guard let range else {
            return try list(filter.isBilled == true && filter.areaCode == nil ? query.onBills() : query.walk(nil))
        }
        return try find(range, by: query)
    }

    /// What is found seldom is looked up; what is found often is walked in the order of ids among the codes that begin
    /// alike, or is likely among the newest rows; else all that is found is looked at, or all rows when that is too much.
    /// At most four statements, or five without a filter by time.
    private func find(_ range: CodeRange, by query: BagListQuery) throws -> [BagListing] {
        let most = searchLimit(query.filter)
        if query.isAboutCodes, range.isWholeStem, let stem = range.stem { return try list(query.ofStem(stem, range)) }
        if query.isAnsweredByCodes { return try findAtOnce(range, by: query, most: most) }
        guard query.filter.areaCode == nil, !query.filter.isAboutTime else {
            return try lookUp(query, range, try count(query, range, most: most), most: most)
        }
        let few = try count(query, range, most: Self.seldom)
        guard few.all > Self.seldom else { return try lookUp(query, range, few, most: most) }
        if query.isAboutCodes, let stem = range.stem { return try list(query.ofStem(stem, range)) }
        let recent = try list(query.recent(range, depth: depth))
        if recent.count >= query.limit { return recent }
        return try lookUp(query, range, try count(query, range, most: most), most: most)
    }

    /// All that is found in one statement, unless that is too much. A page without rows doesn't tell how many codes were
    /// looked at, so they are counted then.
    private func findAtOnce(_ range: CodeRange, by query: BagListQuery, most: Int) throws -> [BagListing] {
        let found = try session.all("bags.found", query.foundAtOnce(range, most: most)) { row in
            (listing: try listing(row), scanned: try row[23] as Int)
        }
        if let scanned = found.first?.scanned, scanned <= most { return found.map(\.listing) }
        let mustCount = found.isEmpty || (query.filter.areaCode != nil && range.stem == nil)
        let counted = mustCount ? try count(query, range, most: most) : nil
        if found.isEmpty, let counted, counted.all <= most { return [] }
        if let stem = range.stem { return try list(query.ofStem(stem, range)) }
        if query.filter.areaCode == nil {
            let recent = try list(query.recent(range, depth: depth))
            if recent.count >= query.limit { return recent }
        }
        return try list((counted.map(query.only) ?? query).walk(range))
    }

    /// Looks at the newest that are found, and at all when those were not enough. Without further filters nearly every
    /// code that is found is shown, so a few more than the page has will do.
    private func lookUp(
        _ query: BagListQuery, _ range: CodeRange, _ found: BagListQuery.Found, most: Int
    ) throws -> [BagListing] {
        guard found.all <= most else { return try list(query.only(found).walk(range)) }
        let window = query.limit * 2
        if window < found.all {
            let newest = try list(query.found(range, window: window))
            if newest.count >= query.limit { return newest }
        }
        return try list(query.found(range, window: found.all))
    }

    private func list(_ sql: SQL) throws -> [BagListing] {
        try session.all("bags.list", sql, listing)
    }

    private func listing(_ row: Row) throws -> BagListing {
        let bill: ParentAnswer.Bill? =
            row.isNull(20) ? nil : ParentAnswer.Bill(id: try row[20], code: try row[21], state: try row[22])
        return BagListing(row: try BagRow(row), place: BagPlace(parentCode: try row[19], bill: bill))
    }

    /// How many sacks and bags a search finds, each counted up to one more than `most`. Over all areas the kinds are not
    /// told apart: all count as bags.
    private func count(_ query: BagListQuery, _ range: CodeRange, most: Int) throws -> BagListQuery.Found {
        func few(_ matches: SQL) -> SQL {
            "(SELECT count(*) FROM (SELECT 1 AS one FROM \(matches) LIMIT \(most + 1)) AS f)"
        }
        let filter = query.filter
        let isByKind = range.isPrefix && filter.areaCode != nil && filter.kind == nil && !filter.isAboutSacks
        let parts: SQL
        if isByKind {
            let (parents, children) = (query.of(.parent).matches(range), query.of(.child).matches(range))
            parts = "SELECT \(few(parents)), \(few(children))"
        } else {
            parts = "SELECT 0, \(few(query.matches(range)))"
        }
        return try session.first("bags.count_found", parts) { row in
            BagListQuery.Found(parents: try row[0], children: try row[1], isByKind: isByKind)
        } ?? BagListQuery.Found(parents: 0, children: 0, isByKind: false)
    }

    /// The ids between which all rows of the filter's time lie.
    private func bounds(_ filter: BagFilter, before: Int64) throws -> Range<Int64> {
        let low = try filter.createdFrom.map { try firstID(notBefore: $0 - BagListQuery.disorder) } ?? 0
        let high = try filter.createdTo.map { try firstID(notBefore: $0 + BagListQuery.disorder) } ?? .max
        let top = min(high, before)
        return min(low, top)..<top
    }

    /// The first id whose row was created at `time` or later, found by halving: there is no index over creation times.
    private func firstID(notBefore time: Instant) throws -> Int64 {
        let probe: SQL = "(SELECT created_at FROM bags WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1) < \(time)"
        return try session.scalar(
            "bags.id_at",
            """
            WITH RECURSIVE search (low, high) AS (
                SELECT coalesce((SELECT min(id) FROM bags), 0), coalesce((SELECT max(id) FROM bags), 0) + 1
                UNION ALL
                SELECT CASE WHEN \(probe) THEN (low + high) / 2 + 1 ELSE low END,
                    CASE WHEN \(probe) THEN high ELSE (low + high) / 2 END
                FROM search WHERE low < high)
            SELECT low FROM search WHERE low >= high
            """, as: Int64.self) ?? 0
    }
}
