import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Which rows of the audit are asked for; also the input of a route that lists them.
public struct AuditQuery: RouteInput {
    /// Only this kind of thing.
    public var entityType: String?
    /// Only the thing with this id.
    public var entityID: String?
    /// Only what this account did.
    public var actorID: Int64?
    /// Only this action.
    public var action: String?
    /// Only from this time on.
    public var from: Instant?
    /// Only before this time.
    public var to: Instant?
    /// Which part of the list.
    public var page: PageRequest

    /// All rows, part by part.
    public init(page: PageRequest = PageRequest()) {
        self.page = page
    }

    /// Reads the filters and the page from the query.
    public init(_ fields: inout FieldReader) {
        entityType = fields.optionalText("entity_type", 1...60, "Only this kind of thing")
        entityID = fields.optionalText("entity_id", 1...200, "Only the thing with this id")
        actorID = fields.optionalIdentifier("actor_id", "Only what this account did")
        action = fields.optionalText("action", 1...60, "Only this action")
        from = fields.optionalInstant("from", "Only from this time on")
        to = fields.optionalInstant("to", "Only before this time")
        page = PageRequest(&fields)
    }

    /// The list's name for its cursors: they hold for the same filters only.
    fileprivate var list: String {
        let filters = [
            entityType, entityID, actorID.map { String($0) }, action, from.map { String($0.milliseconds) },
            to.map { String($0.milliseconds) },
        ]
        return "audit" + filters.map { "\u{1F}\($0.map { "=\($0)" } ?? "")" }.joined()
    }

    fileprivate func condition(before seq: Int64) -> SQL {
        var condition: SQL = "r.seq < \(seq)"
        if let entityType { condition += " AND r.entity_type = \(entityType)" }
        if let entityID { condition += " AND r.entity_id = \(entityID)" }
        if let actorID { condition += " AND r.actor_id = \(actorID)" }
        if let action { condition += " AND r.action = \(action)" }
        if let from { condition += " AND r.at >= \(from)" }
        if let to { condition += " AND r.at < \(to)" }
        return condition
    }
}

/// Reads the audit.
public enum AuditLog {
    /// One page of the rows that fit a query, newest first.
    /// - Throws: ``Problem`` 422 `invalid_cursor`.
    public static func page(
        _ query: AuditQuery, cursors: CursorSigner, in database: Database
    ) async throws -> ListAnswer<AuditItem> {
        let list = query.list
        let start = try position(query.page.cursor, list: list, cursors)
        let limit = query.page.limit
        let page = try await database.read { reading in
            let fetched = try reading.all(
                "audit.list",
                """
                SELECT \(AuditItem.columns(actorName: "a.name")) FROM audit_rows r
                LEFT JOIN accounts a ON a.id = r.actor_id
                WHERE \(query.condition(before: start)) ORDER BY r.seq DESC LIMIT \(limit + 1)
                """
            ) { try AuditItem($0) }
            return Page(fetched: fetched, limit: limit) { [String($0.seq)] }
        }
        return ListAnswer(items: page.items, nextCursor: page.next.map { cursors.sign($0, list: list) })
    }

    private static func position(_ cursor: String?, list: String, _ cursors: CursorSigner) throws -> Int64 {
        guard let cursor else { return .max }
        guard let seq = cursors.position(cursor, list: list)?.first.flatMap({ Int64($0) }) else {
            throw Problem(422, "invalid_cursor", "The cursor belongs to another list or was changed.")
        }
        return seq
    }
}
