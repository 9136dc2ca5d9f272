import Portico

/// How sacks and bags are called in EPCIS: private HTTP addresses, or the GS1 address of an SSCC (rule R41).
struct EPCIdentifiers: Sendable {
    let publicURL: String

    /// The identifier of a bag or of a sack that carries no SSCC.
    func object(_ code: String) -> String {
        "\(publicURL)/bags/id/obj/\(code)"
    }

    /// The identifier of a sack.
    func sack(_ code: String, sscc: String?) -> String {
        sscc.map(EPCIdentifiers.serial) ?? object(code)
    }

    /// The identifier of an area.
    func location(_ areaCode: String) -> String {
        "\(publicURL)/bags/id/loc/\(areaCode)"
    }

    /// The identifier of a bill, by its id, or of a return ticket, by its code.
    func transaction(_ key: String) -> String {
        "\(publicURL)/bags/id/bt/\(key)"
    }

    /// The identifier of whatever carries an SSCC, the same for everybody.
    static func serial(_ sscc: String) -> String {
        "https://id.gs1.org/00/\(sscc)"
    }
}

extension ParentAnswer {
    /// A sack as answers show it; nil for a bag.
    init?(_ row: BagRow, bill: Bill?, identifiers: EPCIdentifiers) {
        guard let load = row.load, let status = row.parentStatus, let type = row.productType else { return nil }
        self.init(
            id: row.id, code: row.code, productType: type, areaCode: row.areaCode, status: status, load: load,
            sscc: row.sscc, epc: identifiers.sack(row.code, sscc: row.sscc), bill: bill, hold: row.hold,
            createdAt: row.createdAt, updatedAt: row.updatedAt)
    }
}

extension ChildAnswer {
    /// A bag as answers show it.
    init(_ row: BagRow, parentCode: String?, identifiers: EPCIdentifiers) {
        self.init(
            id: row.id, code: row.code, areaCode: row.areaCode, status: row.childStatus, parentCode: parentCode,
            lot: row.lot, testDate: row.testDate, epc: identifiers.object(row.code), createdAt: row.createdAt,
            updatedAt: row.updatedAt)
    }
}
