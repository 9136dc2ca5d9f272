import Portico

/// A custody event as EPCIS tells of it: with the bags it is about, and the identity that a correction shares with what it
/// corrects.
struct CustodyRecord: Sendable, Hashable {
    /// A sack or bag, called as it was called when it happened.
    struct Subject: Sendable, Hashable {
        let code: String
        /// What the sack carried then.
        let sscc: String?
    }

    let id: Int64
    /// The event's own, or that of the event it declares an error.
    let uuid: String
    let action: String
    let step: String
    let disposition: String
    /// The sack that bags went into or came out of.
    let parent: Subject?
    let billID: Int64?
    let ticketID: Int64?
    let areaCode: String
    let happenedAt: Instant
    let recordedAt: Instant
    let declaredErrorAt: Instant?
    /// The sacks or bags, in the order of their ids.
    var subjects: [Subject] = []
    /// The return ticket's code.
    var ticketCode: String?

    /// Whether bags entered or left a sack; else something happened to sacks.
    var isAggregation: Bool { step == "packing" || step == "unpacking" }

    var position: EPCISPosition { EPCISPosition(recordedAt: recordedAt, id: id) }

    static let columns: SQL = """
        e.id, coalesce(o.event_uuid, e.event_uuid), e.action, e.biz_step, e.disposition, p.code, e.parent_epc, e.bill_id,
        e.ticket_id, e.area_code, e.event_time, e.record_time, e.declared_error_at
        """

    init(_ row: Row) throws {
        id = try row[0]
        uuid = try row[1]
        action = try row[2]
        step = try row[3]
        disposition = try row[4]
        let epc: String? = try row[6]
        parent = try (row[5] as String?).map { Subject(code: $0, sscc: epc.map { String($0.suffix(18)) }) }
        billID = try row[7]
        ticketID = try row[8]
        areaCode = try row[9]
        happenedAt = try row[10]
        recordedAt = try row[11]
        declaredErrorAt = try row[12]
    }
}
