import Portico

extension TicketState: SQLBindable, SQLReadable {}
extension ReturnCondition: SQLBindable, SQLReadable {}

/// A row of `return_tickets`.
struct TicketRow: Sendable, Hashable {
    let id: Int64
    let code: String
    var state: TicketState
    let areaCode: String
    let location: String
    let consignee: String?
    let notes: String?
    let createdBy: Int64
    let createdAt: Instant
    var closedAt: Instant?

    /// The columns in the order that ``init(_:from:)`` reads them. Its sums are those of its items, and are written only
    /// when it is closed.
    static let columns: SQL = """
        t.id, t.code, t.state, t.area_code, t.location, t.consignee, t.notes, t.created_by, t.created_at, t.closed_at
        """
    /// How many there are.
    static let columnCount = 10

    init(_ row: Row) throws { try self.init(row, from: 0) }

    init(_ row: Row, from first: Int) throws {
        id = try row[first]
        code = try row[first + 1]
        state = try row[first + 2]
        areaCode = try row[first + 3]
        location = try row[first + 4]
        consignee = try row[first + 5]
        notes = try row[first + 6]
        createdBy = try row[first + 7]
        createdAt = try row[first + 8]
        closedAt = try row[first + 9]
    }

    /// A ticket that was just written.
    init(new id: Int64, code: TicketCode, areaCode: String, header: TicketHeader, by userID: Int64, at now: Instant) {
        self.id = id
        self.code = code.text
        state = .open
        self.areaCode = areaCode
        location = header.location
        consignee = header.consignee
        notes = header.notes
        createdBy = userID
        createdAt = now
    }
}

/// A sack on a ticket, with what puts it back.
struct TicketItem: Sendable, Hashable {
    let bagID: Int64
    let code: String
    let billID: Int64
    let billCode: String
    let position: Int64?
    let areaCode: String
    let childCount: Int
    let weightGrams: Int
    let condition: ReturnCondition
    let earlierHold: ParentAnswer.Hold?
    let scanID: Int64
    var isRestored: Bool?
    var reason: String?

    /// The columns in the order that ``init(_:)`` reads them, of `i` with its sack `b` and its bill `l`.
    static let columns: SQL = """
        i.bag_id, b.code, i.original_bill_id, l.code, i.original_position, i.original_area_code, i.child_count,
        i.weight_grams, i.condition, i.earlier_hold_reason, i.earlier_hold_since, i.scan_id, i.restored,
        i.restore_reason
        """
}

extension TicketItem {
    init(_ row: Row) throws { try self.init(row, from: 0) }

    init(_ row: Row, from first: Int) throws {
        bagID = try row[first]
        code = try row[first + 1]
        billID = try row[first + 2]
        billCode = try row[first + 3]
        position = try row[first + 4]
        areaCode = try row[first + 5]
        childCount = try row[first + 6]
        weightGrams = try row[first + 7]
        condition = try row[first + 8]
        earlierHold =
            row.isNull(first + 9) ? nil : ParentAnswer.Hold(reason: try row[first + 9], since: try row[first + 10])
        scanID = try row[first + 11]
        isRestored = try row[first + 12] as Bool?
        reason = try row[first + 13]
    }

    /// The item as answers show it.
    var answer: ReturnItemAnswer {
        ReturnItemAnswer(
            code: code, originalBillCode: billCode, childCount: childCount, weightGrams: weightGrams,
            condition: condition, isRestored: isRestored, reason: reason)
    }
}
