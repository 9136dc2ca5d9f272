import Portico
import Testing

@testable import BagTracking

/// Sacks that left and come back, for tests.
extension PackingHall {
    /// A bill of Lucknow that has left with so many sacks of two bags each, `SB20001`…
    /// - Returns: its id.
    func shippedBill(_ code: String = "LKO 1", sacks: Int = 3, from first: Int = 20_001) async throws -> Int64 {
        let new = NewBill(code: try BillCode(code), areaCode: "lucknow", header: BillHeader(capacity: sacks))
        let bill = try await services.bills.create(new, by: caller(.biller)).bill.id
        for serial in first..<(first + sacks) {
            try await fill("SB\(serial)", with: 2, from: 3_000_000 + serial * 100)
            try await scan(.bill, "SB\(serial)", bill: bill, by: .biller)
        }
        _ = try await services.bills.complete(bill, shortReason: nil, by: caller(.biller))
        _ = try await services.gate.start(bill, by: caller(.gatekeeper))
        for serial in first..<(first + sacks) { try await scan(.gate, "SB\(serial)", bill: bill, by: .gatekeeper) }
        let departure = try Departure(
            vehicleNumber: "UP32AB1234", driverName: "Ram Kumar", driverPhone: nil, sealNumber: nil)
        _ = try await services.gate.dispatch(bill, departure, by: caller(.gatekeeper))
        return bill
    }

    @discardableResult
    func scan(_ kind: ScanKind, _ code: String, bill: Int64, by person: Person) async throws -> ScanResult {
        var request = ScanRequest(kind: kind, code: code, clientScanID: ClientScanID(UUIDv7(at: clock.now())))
        request.billID = bill
        return try await services.scans.scan(request, by: caller(person))
    }

    /// An open ticket.
    /// - Returns: its id.
    func openTicket(area: String = "lucknow", by person: Person = .biller) async throws -> Int64 {
        let header = try TicketHeader(location: "Depot gate", consignee: "Kisan Seva Kendra", notes: nil)
        return try await services.returns.create(header, areaCode: area, by: caller(person)).ticket.id
    }

    @discardableResult
    func scanReturn(
        _ code: String, _ ticket: Int64, _ condition: ReturnCondition? = nil, id: String? = nil,
        by person: Person = .biller, request: String = "request-1"
    ) async throws -> ScanResult {
        let client = id.flatMap { ClientScanID($0) } ?? ClientScanID(UUIDv7(at: clock.now()))
        var scan = ScanRequest(kind: .return, code: code, clientScanID: client)
        scan.ticketID = ticket
        scan.condition = condition
        return try await services.scans.scan(scan, by: caller(person, request: request))
    }

    func ticket(_ id: Int64) async throws -> TicketAnswer {
        let caller = caller(.biller)
        return try await database.read { reading in
            let lookup = TicketLookup(reading)
            return try lookup.answer(try lookup.ticket(id, for: caller, locked: false))
        }
    }

    func shipped(_ id: Int64) async throws -> BillRow? {
        try await database.read { try BillLookup($0).bill(id, locked: false) }
    }

    /// The totals of every bill equal a recount of its sacks, and what came back what is on its tickets.
    func expectReturnsAreRight(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let wrong = try await number(
            """
            SELECT count(*) FROM bills l WHERE linked_count <> (SELECT count(*) FROM bags b WHERE b.bill_id = l.id)
            OR child_count <> (SELECT coalesce(sum(child_count), 0) FROM bags b WHERE b.bill_id = l.id)
            OR returned_count <> (SELECT count(*) FROM return_items i WHERE i.original_bill_id = l.id
                AND coalesce(i.restored, 0) = 0)
            """)
        #expect(wrong == 0, "bills with wrong totals", sourceLocation: sourceLocation)
        let astray = try await number(
            """
            SELECT count(*) FROM bags c JOIN bags p ON p.id = c.parent_id WHERE c.area_code <> p.area_code
            """)
        #expect(astray == 0, "bags in another area than their sack", sourceLocation: sourceLocation)
        try await expectCountsAreRight(sourceLocation: sourceLocation)
    }
}
