import Portico

/// The packing station, which works as a form where there is no script.
struct StationRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [station, scan] }

    private var station: Route {
        .page(
            .get, "/scan", "stationPage", "The packing station", access: .permission("scan.pack")
        ) { [services] (context: RequestContext, input: StationQuery) -> PageReply in
            try await StationDesk(services: services, context: context)
                .page(parent: input.parent, scan: input.scan).reply()
        }.usingCamera()
    }

    private var scan: Route {
        .page(
            .post, "/scan", "submitScan", "Scan by the station's form", access: .permission("scan.pack"),
            limit: BagLimits.scan
        ) { [services] (context: RequestContext, form: StationForm) -> PageReply in
            let desk = StationDesk(services: services, context: context)
            switch try await desk.answer(form) {
            case .success(let taken):
                let here = PageAddress(
                    "\(context.mount)/scan", ["parent": taken.sack, "scan": taken.scanID.map { String($0) }])
                return .redirect(to: here.text)
            case .failure(let refusal):
                return try await desk.page(parent: form.parent, form: form, refusal: refusal).reply(refusal.status)
            }
        }.usingCamera()
    }
}

/// Which sack is current, and which scan was the last.
struct StationQuery: RouteInput {
    let parent: String
    let scan: String

    init(_ fields: inout FieldReader) {
        parent = fields.typed("parent", "Code of the current sack")
        scan = fields.typed("scan", "Id of the scan to be confirmed")
    }
}

/// A scan as the station's form sends it.
struct StationForm: RouteInput {
    let parent: String
    let clientScanID: String
    let code: String
    let areaCode: String
    /// Id of the scan that the page offered to undo; empty when there was none.
    let undo: String

    init(_ fields: inout FieldReader) {
        parent = fields.typed("parent", "Code of the current sack; empty before the first")
        clientScanID = fields.typed("client_scan_id", "The form's own id of the scan")
        code = fields.typed("code", "What was scanned or typed")
        areaCode = fields.typed("area_code", "The area of a new sack, for people of all areas")
        undo = fields.typed("undo", "The scan that the card CMD:UNDO takes back; empty for the newest")
    }

    /// The command, when a command card was scanned.
    var command: StationCommand? {
        (try? ScannedText.normalise(code)).flatMap { StationCommand(rawValue: $0) }
    }

    /// The scan: a sack's code becomes the current sack, everything else goes into it.
    func request(_ catalog: ProductCatalog, at now: Instant) throws(Refusal) -> ScanRequest {
        let id = ClientScanID(clientScanID) ?? ClientScanID(UUIDv7(at: now))
        guard !ScannedText.tidied(code).isEmpty else {
            throw .validation([.required("code", "Scan or type a code.")])
        }
        if namesSack(catalog) {
            return ScanRequest(kind: .parent, code: code, clientScanID: id, areaCode: areaCode.unlessEmpty)
        }
        guard !parent.isEmpty else {
            throw .validation([.required("parent", "There is no current sack. Scan a sack first, then its bags.")])
        }
        return ScanRequest(
            kind: .child, code: code, parent: parent, clientScanID: id, areaCode: areaCode.unlessEmpty)
    }

    private func namesSack(_ catalog: ProductCatalog) -> Bool {
        guard let text = try? ScannedText.normalise(code, expecting: .parent) else { return false }
        return SSCC.isSSCCForm(text) || catalog.type(ofParentCode: text) != nil
    }
}
