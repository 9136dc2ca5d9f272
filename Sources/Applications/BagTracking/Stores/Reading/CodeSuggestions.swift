import Portico

/// Finds codes that may have been meant by an unknown one (rule R42): every text one slip away is looked up by itself,
/// some hundred steps in an index however many bags there are.
struct CodeSuggestions<Session: SQLSession> {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// Up to five existing codes that the reader may see, in code order.
    /// - Parameter areaCode: the area the reader is bound to; nil for readers of all areas.
    /// - Throws: ``SQLError``.
    func codes(near code: String, areaCode: String?) throws -> [String] {
        guard (2...24).contains(code.utf8.count), code.utf8.allSatisfy({ $0 < 0x80 }) else { return [] }
        let near = session.dialect.rows(of: DidYouMean.neighbours(of: code))
        let area: SQL = areaCode.map { "AND b.area_code = \($0)" } ?? ""
        return try session.all(
            "bags.near",
            """
            SELECT b.code FROM \(near) AS near CROSS JOIN bags b WHERE b.code = near.value \(area)
            ORDER BY b.code LIMIT \(DidYouMean.limit)
            """
        ) { try $0[0] }
    }
}
