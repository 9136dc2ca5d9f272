import Portico

/// Reads custody events in the order of their recording: three statements for a page of any length.
struct CustodyArchive<Session: SQLSession> {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// The first events of a query after a place.
    /// - Throws: ``SQLError``.
    func records(_ query: EPCISQuery, after position: EPCISPosition?, limit: Int) throws -> [CustodyRecord] {
        if query.steps?.isEmpty == true || query.names?.isEmpty == true { return [] }
        let statement = CustodyStatement(query: query, after: position, limit: limit, dialect: session.dialect)
        var records = try session.all(
            "epcis.events",
            """
            SELECT \(CustodyRecord.columns) FROM (\(statement.places)) AS page
            JOIN custody_events e ON e.id = page.id LEFT JOIN custody_events o ON o.id = e.corrects_id
            LEFT JOIN bags p ON p.id = e.parent_bag_id
            ORDER BY e.record_time, e.id
            """, CustodyRecord.init)
        try addSubjects(to: &records)
        try addTickets(to: &records)
        return records
    }

    /// The sacks or bags of all events at once. An SSCC counts for the time of what happened.
    private func addSubjects(to records: inout [CustodyRecord]) throws {
        guard !records.isEmpty else { return }
        var subjects: [Int64: [CustodyRecord.Subject]] = [:]
        try session.each(
            "epcis.subjects",
            """
            SELECT x.event_id, b.code, a.sscc
            FROM \(session.dialect.rows(of: records.map(\.id))) AS asked
            CROSS JOIN custody_event_bags x JOIN bags b ON b.id = x.bag_id
            JOIN custody_events e ON e.id = x.event_id LEFT JOIN custody_events o ON o.id = e.corrects_id
            LEFT JOIN sscc_assignments a ON b.kind = 'parent' AND \(CustodyStatement.assigned)
            WHERE x.event_id = asked.value ORDER BY x.event_id, x.bag_id
            """
        ) { row in
            let subject = CustodyRecord.Subject(code: try row[1], sscc: try row[2])
            subjects[try row[0], default: []].append(subject)
        }
        for index in records.indices { records[index].subjects = subjects[records[index].id] ?? [] }
    }

    /// The codes of the tickets of returns.
    private func addTickets(to records: inout [CustodyRecord]) throws {
        let ids = Set(records.compactMap(\.ticketID)).sorted()
        guard !ids.isEmpty else { return }
        var codes: [Int64: String] = [:]
        try session.each(
            "epcis.tickets",
            """
            SELECT t.id, t.code FROM \(session.dialect.rows(of: ids)) AS asked CROSS JOIN return_tickets t
            WHERE t.id = asked.value
            """
        ) { codes[try $0[0]] = try $0[1] as String }
        for index in records.indices { records[index].ticketCode = records[index].ticketID.flatMap { codes[$0] } }
    }
}
