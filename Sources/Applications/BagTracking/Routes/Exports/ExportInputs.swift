import Portico

/// What an export is narrowed to, read from a request.
protocol ExportInput: RouteInput {
    associatedtype Query: ExportQuery

    /// What is to be read for a caller.
    /// - Throws: ``Refusal`` 404 for an area that is not the caller's, ``CodeError``, ``SQLError``.
    func query(for caller: BagCaller, _ services: BagTrackingServices) async throws -> Query
}

/// An export of sacks and bags.
struct BagExportInput: ExportInput {
    private let fields: BagFilterFields

    init(_ fields: inout FieldReader) {
        self.fields = BagFilterFields(&fields)
    }

    func query(for caller: BagCaller, _ services: BagTrackingServices) async throws -> BagExport {
        BagExport(filter: fields.filter(area: try await services.area(fields.areaCode, of: caller)))
    }
}

/// An export of scans.
struct ScanExportInput: ExportInput {
    private let fields: ScanFilterFields

    init(_ fields: inout FieldReader) {
        self.fields = ScanFilterFields(&fields)
    }

    func query(for caller: BagCaller, _ services: BagTrackingServices) async throws -> ScanExport {
        let asked = try fields.filter(for: caller)
        return ScanExport(filter: try await services.database.read { try asked.named(in: $0) })
    }
}

/// An export of bills.
struct BillExportInput: ExportInput {
    /// The states of bills.
    enum State: String, CaseIterable {
        case open, completed, loading, dispatched, delivered, cancelled
    }

    private let areaCode: String?
    private var filter = BillExportFilter()

    init(_ fields: inout FieldReader) {
        filter.state = fields.optionalChoice("state", of: State.self, "Only bills in this state")?.rawValue
        areaCode = fields.optionalText("area_code", 1...30, "Only bills of this area")
        filter.prefix = fields.optionalText("q", 0...200, "Codes that begin so, whatever their case").flatMap {
            ScannedText.tidied($0).unlessEmpty
        }
        filter.createdBy = fields.optionalIdentifier("created_by", "Only bills of this person")
        (filter.from, filter.to) = fields.moments("from", "to", "Created")
    }

    func query(for caller: BagCaller, _ services: BagTrackingServices) async throws -> BillExport {
        var filter = filter
        filter.areaCode = try await services.area(areaCode, of: caller)
        return BillExport(filter: filter)
    }
}
