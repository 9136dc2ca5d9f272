import Portico

extension ScanRecord {
    /// Code of the sack that the scan concerns.
    var sackCode: String? {
        kind == .child ? parentCode : code
    }

    /// The answer, made of the row alone.
    /// - Throws: ``SQLError`` when the row holds no sack that an accepted scan must have.
    func result(catalog: ProductCatalog, isReplay: Bool) throws -> ScanResult {
        let status: Int
        let body: [UInt8]
        if let rejectCode {
            let refusal = remainder.refusal?.refusal(code: rejectCode) ?? .conflict(rejectCode, "The scan was refused.")
            status = remainder.refusal?.status ?? refusal.httpStatus.code
            body = refusal.problem(scanID: id).document(requestID: requestID)
        } else {
            status = outcome.isNews ? 201 : 200
            body = JSONWriter.encode(try answer(catalog))
        }
        return ScanResult(
            status: status, body: body, isReplay: isReplay, scanID: id, code: code, kind: kind, outcome: outcome,
            rejectCode: rejectCode, delay: recordedAt - scannedAt)
    }

    private func answer(_ catalog: ProductCatalog) throws -> ScanAnswer {
        let summary = ScanSummary(
            id: id, clientScanID: clientScanID, kind: kind, outcome: outcome, code: code, parentCode: parentCode,
            areaCode: areaCode, scannedAt: scannedAt, recordedAt: recordedAt, isClockAdjusted: isClockAdjusted,
            warnings: remainder.warnings)
        return ScanAnswer(
            scan: summary, isCreated: isCreated, isDuplicate: outcome == .duplicate,
            parent: try scannedParent(catalog, childCount: countAfter ?? 0),
            child: kind == .child
                ? ScannedChild(code: code, lot: remainder.lot, testDate: remainder.testDate) : nil,
            bill: remainder.bill, gateCheck: remainder.gateCheck, item: remainder.item)
    }

    private var isCreated: Bool {
        switch outcome {
        case .created: true
        case .linked: !remainder.wasKnown
        default: false
        }
    }

    /// The sack with a number of bags. Its product type follows from its code, because neither ever changes.
    func scannedParent(_ catalog: ProductCatalog, childCount: Int) throws -> ScannedParent {
        guard let sackCode, let capacity, let type = catalog.type(ofParentCode: sackCode) else {
            throw SQLError(.unexpectedValue, message: "an accepted scan has no sack")
        }
        return ScannedParent(
            code: sackCode, productType: type.code,
            load: ParentLoad(childCount: childCount, capacity: capacity, unitWeightGrams: type.unitWeightGrams))
    }
}

extension ScanOutcome {
    /// Whether something is so now that was not before: 201 instead of 200.
    var isNews: Bool {
        switch self {
        case .created, .linked, .added, .matched, .returned: true
        case .found, .duplicate, .rejected: false
        }
    }
}
