import Portico

extension CustodyJournal {
    /// Writes that a lorry left or arrived with the sacks that are on its bill now (rule R41). One without sacks, all
    /// of which came back on the way, is no event.
    /// - Throws: ``SQLError``.
    func append(_ fact: CustodyFact, of bill: BillRow, by caller: BagCaller) throws {
        guard bill.totals.linkedCount > 0 else { return }
        let id = try transaction.scalar(
            "custody.insert_lorry",
            """
            INSERT INTO custody_events (event_uuid, fact, action, biz_step, disposition, bill_id, area_code, actor_id,
                source, event_time, record_time)
            VALUES (\(UUIDv7(at: caller.now).description), \(fact), \(fact.action), \(fact.businessStep),
                \(fact.disposition), \(bill.id), \(bill.areaCode), \(caller.userID), \(CustodySource.gate),
                \(caller.now), \(caller.now))
            RETURNING id
            """, as: Int64.self)
        try transaction.executeLater(
            "custody.lorry_sacks",
            """
            INSERT INTO custody_event_bags (event_id, bag_id)
            SELECT CAST(\(id) AS BIGINT), id FROM bags WHERE bill_id = \(bill.id)
            """)
    }
}
