import Portico

/// The routes of the packing table: scanning sacks and bags, one by one or as a queue, and taking scans back.
struct ScanRoutes: Sendable {
    let services: BagTrackingServices
    /// Hears of every item of a batch that is refused with 403, as of a request of its own (rules R15, R44).
    var noteDenied: @Sendable (RequestContext) -> Void = { _ in }

    /// Somebody stands at a table and waits for each of them.
    var routes: [Route] { [parent, child, batch, undo].map { $0.matters(.critical) } }

    /// The refusals of rules R3 to R11 that both kinds of scan can get.
    private static let refusals: [(HTTPStatus, String)] = [
        (404, "sscc_not_assigned"), (409, "other_area"), (409, "bag_retired"), (422, "invalid_parent_code"),
        (422, "invalid_sscc"), (422, "too_long"), (422, "client_scan_id_reused"),
    ]

    private var parent: Route {
        .json(
            .post, "/api/v1/scans/parent", "scanParent", "Scan a sack, which registers it when it is new",
            access: .permission("scan.pack"), limit: BagLimits.scan,
            statuses: [(.created, "The sack is new"), (.ok, "The sack is known, or this is the first answer again")],
            refusals: ScanRoutes.refusals + [(409, "product_type_inactive")]
        ) { (context: RequestContext, input: ParentScanInput) -> Reply<ScanAnswer> in
            let request = input.options.request(.parent, code: input.code, parent: nil, at: context.now)
            return try await scan(request, context)
        }
    }

    private var child: Route {
        .json(
            .post, "/api/v1/scans/child", "scanChild", "Scan a bag into a sack",
            access: .permission("scan.pack"), limit: BagLimits.scan,
            statuses: [
                (.created, "The bag is in the sack now"), (.ok, "It was there, or this is the first answer again"),
            ],
            refusals: ScanRoutes.refusals + [
                (404, "parent_not_found"), (409, "linked_elsewhere"), (409, "parent_billed"), (409, "parent_full"),
                (422, "wrong_kind"), (422, "looks_like_parent"), (422, "invalid_child_code"),
            ]
        ) { (context: RequestContext, input: ChildScanInput) -> Reply<ScanAnswer> in
            let request = input.options.request(.child, code: input.code, parent: input.parent, at: context.now)
            return try await scan(request, context)
        }
    }

    /// Takes a scan. Whoever scans is at work.
    private func scan(_ request: ScanRequest, _ context: RequestContext) async throws -> Reply<ScanAnswer> {
        let caller = try BagCaller(context)
        let result = try await services.scans.scan(request, by: caller)
        await Company(presence: services.presence, caller: caller).worksOn()
        return result.reply(context)
    }

    private var batch: Route {
        .json(
            .post, "/api/v1/scans/batch", "scanBatch", "Deliver scans that were made without a network, in order",
            access: .anyPermission(["scan.pack", "bill.write", "gate.check", "return.write"]), limit: BagLimits.batch,
            statuses: [(.ok, "What came of each scan, in the order sent")]
        ) { [services, noteDenied] (context: RequestContext, input: BatchInput) -> Reply<BatchAnswer> in
            let caller = try BagCaller(context)
            let results = try await ScanBatch(items: input.items, caller: caller).deliver(to: services.scans)
            for entry in results.results where entry.status == 403 { noteDenied(context) }
            return Reply(encoded: results.encoded, status: .ok, headers: [:])
        }
    }

    private var undo: Route {
        .json(
            .post, "/api/v1/scans/{id}/undo", "undoScan", "Take a scan back: the link goes, the scan stays",
            access: .anyPermission(["scan.undo_own", "scan.undo_any"]), limit: BagLimits.scan,
            statuses: [(.ok, "The scan is undone")],
            refusals: [
                (404, "scan_not_found"), (409, "undo_window_passed"), (409, "parent_billed"), (409, "superseded"),
                (409, "not_undoable"),
            ]
        ) { [services] (context: RequestContext, input: UndoInput) -> Reply<UndoAnswer> in
            let reason = input.reason.map { FreeText.trimmed($0) }
            return .ok(
                try await services.undo.undo(
                    scan: input.id, reason: reason?.isEmpty == true ? nil : reason, by: BagCaller(context)))
        }
    }
}

extension ScanResult {
    /// The stored answer, byte for byte.
    func reply(_ context: RequestContext) -> Reply<ScanAnswer> {
        var headers: Headers = isProblem ? ["content-type": "application/problem+json"] : [:]
        if isReplay { headers.add("Idempotent-Replay", "true") }
        if status == 201 { headers.add("location", "\(context.mount)/api/v1/bags/\(code)") }
        return Reply(encoded: body, status: HTTPStatus(status), headers: headers)
    }
}

/// A batch on its way through the store: items that are no scans get their refusal, the others their answer.
struct ScanBatch {
    let items: [BatchItem]
    let caller: BagCaller

    /// - Throws: ``SQLError`` when the database fails; then the whole batch can be sent again without harm.
    func deliver(to store: ScanStore) async throws -> BatchAnswer {
        let shaped = items.map { item in Result { () throws(Refusal) in try item.request(by: caller) } }
        let taken = try await store.scan(shaped.compactMap { try? $0.get() }, by: caller)
        var answers = taken.makeIterator()
        let entries = zip(items, shaped).map { item, shape in
            let result = shape.flatMap { _ in answers.next() ?? .failure(.clientScanIDReused()) }
            return entry(item, result)
        }
        return BatchAnswer(results: entries)
    }

    private func entry(_ item: BatchItem, _ result: Result<ScanResult, Refusal>) -> BatchAnswer.Entry {
        switch result {
        case .success(let scan):
            BatchAnswer.Entry(clientScanID: item.clientScanID, status: scan.status, body: scan.body)
        case .failure(let refusal):
            BatchAnswer.Entry(
                clientScanID: item.clientScanID, status: refusal.httpStatus.code,
                body: refusal.problem.document(requestID: caller.requestID))
        }
    }
}
