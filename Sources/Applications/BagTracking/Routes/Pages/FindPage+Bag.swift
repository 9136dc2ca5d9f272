import Portico

extension FindPage.Found {
    /// A sack or bag as the result card shows it.
    init(
        _ row: BagRow, _ place: BagPlace, _ bill: FindPage.Bill?, _ steps: [HistoryStep], _ catalog: Catalog
    ) {
        self.init(
            code: row.code, kind: row.kind.rawValue, status: row.statusName, area: catalog.areaName(row.areaCode),
            product: row.productType.map { catalog.productName($0) }, childCount: row.load?.childCount,
            capacity: row.load?.capacity, weightGrams: row.load?.weightGrams, lot: row.lot,
            testDate: row.testDate?.text,
            sscc: row.sscc, holdReason: row.hold?.reason, parentCode: place.parentCode,
            bill: bill, steps: steps.map { FindPage.Step($0) })
    }
}

extension FindPage.Bill {
    /// The bill that a sack is on, with whom it goes to; nil for a sack on none.
    /// - Throws: ``SQLError``.
    init?(_ bill: ParentAnswer.Bill?, in reading: Reading) throws {
        guard let bill else { return nil }
        let consignment = try Consignment(bill: bill.id, in: reading)
        self.init(
            id: String(bill.id), code: bill.code, state: bill.state, consignee: consignment?.consignee,
            destination: consignment?.destination)
    }

    /// The bill of a traced sack.
    init(_ bill: LotTrace.Bill) {
        self.init(
            id: String(bill.id), code: bill.code, state: bill.state, consignee: bill.consignee,
            destination: bill.destination)
    }
}

extension FindPage.Step {
    /// A step of a history.
    init(_ step: HistoryStep) {
        self.init(
            at: step.at, what: step.what, parentCode: step.parentCode, billCode: step.billCode,
            billID: step.billID, ticketCode: step.ticketCode, user: step.user?.name, undone: step.isUndone)
    }
}

extension FindPage.Trace {
    /// Where a lot went.
    init(_ trace: LotTrace) {
        self.init(
            lot: trace.lot, children: trace.children, loose: trace.loose,
            sacks: trace.sacks.map { Sack(code: $0.code, count: $0.count, billCode: $0.bill?.code) },
            bills: trace.bills.map {
                Delivery(bill: FindPage.Bill($0.bill), count: $0.count, returned: $0.returned)
            },
            returns: trace.returns.map {
                Return(
                    sackCode: $0.sackCode, bill: FindPage.Bill($0.bill), ticketCode: $0.ticketCode, count: $0.count)
            })
    }
}
