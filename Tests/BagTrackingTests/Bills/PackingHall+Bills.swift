import Portico
import Testing

@testable import BagTracking

/// Acts on bills for tests.
extension PackingHall {
    /// Opens a bill of Lucknow.
    /// - Returns: its id.
    @discardableResult
    func openBill(
        _ code: String = "LKO 1", capacity: Int = 10, area: String = "lucknow", by person: Person = .biller
    ) async throws -> Int64 {
        let bill = NewBill(code: try BillCode(code), areaCode: area, header: BillHeader(capacity: capacity))
        return try await services.bills.create(bill, by: caller(person)).bill.id
    }

    @discardableResult
    func addToBill(
        _ code: String, _ bill: Int64, id: String? = nil, by person: Person = .biller, request: String = "request-1"
    ) async throws -> ScanResult {
        try await scan(.bill, code, bill, id: id, by: person, request: request)
    }

    @discardableResult
    func scanAtGate(
        _ code: String, _ bill: Int64, id: String? = nil, by person: Person = .gatekeeper, request: String = "request-1"
    ) async throws -> ScanResult {
        try await scan(.gate, code, bill, id: id, by: person, request: request)
    }

    private func scan(
        _ kind: ScanKind, _ code: String, _ bill: Int64, id: String?, by person: Person, request: String
    ) async throws -> ScanResult {
        let client = id.flatMap { ClientScanID($0) } ?? ClientScanID(UUIDv7(at: clock.now()))
        var scan = ScanRequest(kind: kind, code: code, clientScanID: client)
        scan.billID = bill
        return try await services.scans.scan(scan, by: caller(person, request: request))
    }

    /// A sack of Lucknow with some bags.
    func packed(_ code: String, bags: Int = 2) async throws {
        let serial = (Int(code.suffix(5)) ?? 0) * 100
        try await fill(code, with: bags, from: 3_000_000 + serial)
    }

    /// A completed bill with so many packed sacks `SB20001`…
    func completedBill(_ code: String = "LKO 1", sacks: Int = 3, from first: Int = 20_001) async throws -> Int64 {
        let bill = try await openBill(code, capacity: sacks)
        for serial in first..<(first + sacks) {
            try await packed("SB\(serial)")
            try await addToBill("SB\(serial)", bill)
        }
        _ = try await services.bills.complete(bill, shortReason: nil, by: caller(.biller))
        return bill
    }

    static let departure = Result {
        try Departure(
            vehicleNumber: "UP32AB1234", driverName: "Ram Kumar", driverPhone: "+919812345678", sealNumber: "S1")
    }

    /// A dispatched bill with so many sacks.
    func dispatchedBill(_ code: String = "LKO 1", sacks: Int = 3, from first: Int = 20_001) async throws -> Int64 {
        let bill = try await completedBill(code, sacks: sacks, from: first)
        _ = try await services.gate.start(bill, by: caller(.gatekeeper))
        for serial in first..<(first + sacks) { try await scanAtGate("SB\(serial)", bill) }
        _ = try await services.gate.dispatch(bill, PackingHall.departure.get(), by: caller(.gatekeeper))
        return bill
    }

    func billRow(_ id: Int64) async throws -> BillRow? {
        try await database.read { try BillLookup($0).bill(id, locked: false) }
    }

    /// The totals of every bill equal a recount of its sacks (rules R19, R26).
    func expectTotalsAreRight(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let wrong = try await number(
            """
            SELECT count(*) FROM bills l WHERE linked_count <> (SELECT count(*) FROM bags b WHERE b.bill_id = l.id)
            OR child_count <> (SELECT coalesce(sum(child_count), 0) FROM bags b WHERE b.bill_id = l.id)
            OR actual_weight_grams <> (
                SELECT coalesce(sum(child_count * unit_weight_grams), 0) FROM bags b WHERE b.bill_id = l.id)
            OR expected_weight_grams <> (
                SELECT coalesce(sum(capacity * unit_weight_grams), 0) FROM bags b WHERE b.bill_id = l.id)
            """)
        #expect(wrong == 0, "bills with wrong totals", sourceLocation: sourceLocation)
        try await expectCountsAreRight(sourceLocation: sourceLocation)
    }
}
