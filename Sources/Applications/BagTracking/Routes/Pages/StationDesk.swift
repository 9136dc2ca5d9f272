import Portico

/// Takes the scans of the station's form and reads what its page shows.
struct StationDesk: Sendable {
    /// A scan that was taken.
    struct Taken: Sendable {
        /// The scan to be shown; nil when there is none.
        let scanID: Int64?
        /// The sack that is current now.
        let sack: String?
    }

    let services: BagTrackingServices
    let context: RequestContext

    private static let shownScans = 20

    /// Takes the scan of a form.
    /// - Throws: ``SQLError``.
    func take(_ form: StationForm) async throws -> Result<Taken, StationRefusal> {
        let caller = try BagCaller(context)
        let catalog = try await services.presentCatalog()
        do {
            let result = try await services.scans.scan(form.request(catalog.products, at: context.now), by: caller)
            guard !result.isProblem else { return .failure(StationRefusal(result, typed: form.code)) }
            let answer = try JSONValue(parsing: result.body)
            return .success(Taken(scanID: result.scanID, sack: answer["parent"]?["code"]?.string))
        } catch let refusal as Refusal {
            return .failure(StationRefusal(refusal, typed: form.code))
        }
    }

    /// The station with a sack and what the last scan came to.
    func page(
        parent: String, scan: String = "", form: StationForm? = nil, refusal: StationRefusal? = nil
    ) async throws -> StationPage {
        let caller = try BagCaller(context)
        let services = services
        let window = services.settings.undoWindow
        let (catalog, sack, recent, undoable) = try await services.database.read { reading in
            let catalog = try services.catalog.catalog(in: reading)
            let recent = try ScanLog.newest(
                of: caller.userID, area: caller.areaCode, limit: StationDesk.shownScans, in: reading)
            return (
                catalog, try StationDesk.sack(parent, catalog, caller, reading), recent,
                try ScanLog(reading).undoable(recent, for: caller, window: window)
            )
        }
        let confirmed = recent.first { String($0.id) == scan }
        let lines = recent.map { ScanLine($0, for: caller, catalog, window: window, undoable: undoable) }
        let needsArea = caller.areaCode == nil
        return StationPage(
            frame: try BagFrame(context, catalog), userID: String(caller.userID), sack: sack?.shown,
            answer: refusal.map { StationPage.Answer($0) } ?? confirmed.map { StationPage.Answer($0) },
            typed: form?.code ?? "", clientScanID: UUIDv7(at: context.now).description,
            areas: needsArea ? catalog.activeAreaChoices : [],
            areaCode: form?.areaCode.unlessEmpty ?? sack?.areaCode ?? "",
            undoable: lines.first { $0.undoableUntil.map { $0 > context.now } ?? false }?.id, recent: lines,
            products: catalog.products.types.map { StationPage.Product($0) })
    }

    /// The current sack, when there is one with this code and the reader may see it.
    private static func sack(
        _ code: String, _ catalog: Catalog, _ caller: BagCaller, _ reading: Reading
    ) throws -> (shown: StationPage.Sack, areaCode: String)? {
        guard !code.isEmpty else { return nil }
        let finder = BagFinder(reading, products: catalog.products, areaCode: caller.areaCode)
        guard let row = try finder.bag(code), !row.isRetired else { return nil }
        guard let facts = row.sackFacts(try BagLookup(reading).place(of: row)) else { return nil }
        let shown = StationPage.Sack(
            code: row.code, product: catalog.productName(row.productType ?? ""), capacity: facts.load.capacity,
            childCount: facts.load.childCount, warnings: ParentScanRules.warnings(about: facts).map(\.rawValue))
        return (shown, row.areaCode)
    }
}

extension StationPage.Product {
    /// A product type as the station's script needs it.
    init(_ type: ProductType) {
        self.init(code: type.code, name: type.name, prefix: type.prefix, digits: type.digits, capacity: type.capacity)
    }
}

extension StationRefusal: Error {}
