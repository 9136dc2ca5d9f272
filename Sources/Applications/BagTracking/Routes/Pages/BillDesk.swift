import Portico

/// Reads everything that the pages of one bill show, in at most five statements each.
struct BillDesk: Sendable {
    let services: BagTrackingServices
    let context: RequestContext

    /// The page of a bill.
    /// - Parameter scan: id of the scan to be confirmed; empty for none.
    /// - Throws: ``Refusal`` `bill_not_found`, ``SQLError``.
    func page(_ id: Int64, scan: String = "") async throws -> BillPage {
        let caller = try BagCaller(context)
        let (services, context) = (services, context)
        var page = try await services.database.read { reading in
            let catalog = try services.catalog.catalog(in: reading)
            let reader = BillReader(reading)
            let found = try reader.row(id, for: caller)
            let confirmed = try BillDesk.scan(scan, .bill, of: id, in: reading)
            return BillPage(
                frame: try BagFrame(context, catalog), userID: String(caller.userID), bill: found.bill,
                createdBy: found.createdBy.name, area: catalog.areaName(found.bill.areaCode),
                sacks: try reader.sacks(of: id, after: nil, limit: BillHeader.capacities.upperBound).items,
                steps: try reader.timeline(of: id), productNames: catalog.productNames,
                products: catalog.products.types.map { StationPage.Product($0) },
                clientScanID: UUIDv7(at: context.now).description,
                answer: confirmed.map { StationPage.Answer($0) })
        }
        page.company = await Company(presence: services.presence, caller: caller).atBill(id)
        return page
    }

    /// The bill on paper.
    /// - Throws: ``Refusal`` `bill_not_found`, ``SQLError``.
    func sheet(_ id: Int64) async throws -> BillSheetPage {
        let caller = try BagCaller(context)
        let (services, context) = (services, context)
        return try await services.database.read { reading in
            let catalog = try services.catalog.catalog(in: reading)
            let reader = BillReader(reading)
            let found = try reader.row(id, for: caller)
            return BillSheetPage(
                frame: try BagFrame(context, catalog), bill: found.bill, createdBy: found.createdBy.name,
                area: catalog.areaName(found.bill.areaCode),
                sacks: try reader.sacks(of: id, after: nil, limit: BillHeader.capacities.upperBound).items,
                productNames: catalog.productNames)
        }
    }

    /// The page of a check at the gate.
    /// - Parameter scan: id of the scan to be confirmed; empty for none.
    /// - Throws: ``Refusal`` `bill_not_found`, ``SQLError``.
    func gate(_ id: Int64, scan: String = "") async throws -> GatePage {
        let caller = try BagCaller(context)
        let (services, context) = (services, context)
        var page = try await services.database.read { reading in
            let catalog = try services.catalog.catalog(in: reading)
            let found = try BillReader(reading).row(id, for: caller)
            let check = try GateReader(reading).desk(of: id, for: caller)
            let isShort = (check?.progress.missingCount ?? 0) > 0
            let missing =
                isShort ? try GateReader(reading).missing(check?.row, limit: GateRules.namedMissing) : []
            // What an earlier check saw is not seen in this one.
            let recent = try check.map { check in
                let filter = ScanFilter(kind: .gate, billID: id, from: check.row.startedAt)
                return try ScanLog(reading).page(filter, before: nil, limit: 20).items
            }
            return GatePage(
                frame: try BagFrame(context, catalog), userID: String(caller.userID), bill: found.bill,
                area: catalog.areaName(found.bill.areaCode), check: check, missing: missing,
                recent: (recent ?? []).map {
                    ScanLine($0, for: caller, catalog, window: services.settings.undoWindow)
                },
                products: catalog.products.types.map { StationPage.Product($0) },
                clientScanID: UUIDv7(at: context.now).description,
                answer: recent?.first { String($0.id) == scan }.map { StationPage.Answer($0) })
        }
        page.company = await Company(presence: services.presence, caller: caller).atLorry(id)
        return page
    }

    /// Takes the scan of a form.
    /// - Returns: id of the scan; or why it was refused, with what the page shows of that.
    /// - Throws: ``Refusal`` `bill_not_found`, ``SQLError``.
    func take(_ form: BillScanForm, _ kind: ScanKind) async throws -> Result<Int64, StationRefusal> {
        do {
            var request = try form.request(kind, at: context.now)
            request.billID = form.id
            let result = try await services.scans.scan(request, by: BagCaller(context))
            return result.isProblem ? .failure(StationRefusal(result, typed: form.code)) : .success(result.scanID)
        } catch let refusal as Refusal where refusal.code != "bill_not_found" {
            return .failure(StationRefusal(refusal, typed: form.code))
        }
    }

    private static func scan(
        _ id: String, _ kind: ScanKind, of billID: Int64, in reading: Reading
    ) throws -> ScanItem? {
        guard !id.isEmpty else { return nil }
        return try ScanLog(reading).page(ScanFilter(kind: kind, billID: billID), before: nil, limit: 20).items
            .first { String($0.id) == id }
    }
}

extension Catalog {
    /// Names of product types by code.
    var productNames: [String: String] {
        Dictionary(products.types.map { ($0.code, $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    /// Names of areas by code.
    var areaNames: [String: String] {
        Dictionary(areas.map { ($0.code, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
}

/// A scan as the box of a bill or of the gate sends it.
struct BillScanForm: RouteInput {
    let id: Int64
    let code: String
    let clientScanID: String

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "The bill")
        code = fields.typed("code", "What was scanned or typed")
        clientScanID = fields.typed("client_scan_id", "The form's own id of the scan")
    }

    /// The scan.
    /// - Throws: ``Refusal`` where nothing was typed.
    func request(_ kind: ScanKind, at now: Instant) throws(Refusal) -> ScanRequest {
        guard !ScannedText.tidied(code).isEmpty else {
            throw .validation([.required("code", "Scan or type a sack.")])
        }
        return ScanRequest(
            kind: kind, code: code, clientScanID: ClientScanID(clientScanID) ?? ClientScanID(UUIDv7(at: now)))
    }
}
