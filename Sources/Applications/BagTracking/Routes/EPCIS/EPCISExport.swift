import Portico

/// A time's events as one EPCIS document, written as they are read from one snapshot.
struct EPCISExport: Sendable {
    /// Events that are read at once.
    private static let batch = 500

    let query: EPCISQuery
    let identifiers: EPCIdentifiers
    let madeAt: Instant
    /// Counts what was written.
    var metrics: BagMetrics?

    /// Writes the document.
    /// - Returns: number of events.
    /// - Throws: ``SQLError``, what `emit` throws.
    @discardableResult
    func write(_ reading: Reading, _ emit: (_ chunk: [UInt8]) throws -> Void) throws -> Int {
        try emit(Array(head.utf8))
        let archive = CustodyArchive(reading)
        var position: EPCISPosition?
        var count = 0
        while true {
            let records = try archive.records(query, after: position, limit: EPCISExport.batch)
            var chunk: [UInt8] = []
            for record in records {
                if count > 0 { chunk.append(0x2C) }
                chunk += JSONWriter.encode(EPCISEvent(record, identifiers))
                count += 1
            }
            if !chunk.isEmpty { try emit(chunk) }
            metrics?.exportedEvents(records.count)
            guard records.count == EPCISExport.batch, let last = records.last else { break }
            position = last.position
        }
        try emit(Array("]}}\n".utf8))
        return count
    }

    /// Everything before the first event.
    private var head: String {
        let context = EPCISQueryDocument.context.map { "\"\($0)\"" }.joined(separator: ",")
        return """
            {"@context":[\(context)],"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"\(madeAt.rfc3339)",\
            "epcisBody":{"eventList":[
            """
    }
}

/// The export of custody events.
struct EPCISExportRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] {
        [
            .raw(
                .get, "/api/v1/exports/epcis.json", "exportEPCIS",
                "All custody events recorded in at most 31 days, as one EPCIS document",
                access: .permission("epcis.read"), limit: BagLimits.bulk, mediaType: "application/json"
            ) { (context: RequestContext, input: EPCISExportInput) -> Response in
                try await audit(context, input)
                return answer(input, at: context.now)
            }
        ]
    }

    private func audit(_ context: RequestContext, _ input: EPCISExportInput) async throws {
        // A HEAD sends nothing anywhere.
        guard context.request.head.method == .get else { return }
        let entry = try BagCaller(context).entry(
            "export.started", entity: "epcis.json",
            after: [
                "name": "epcis", "format": "json",
                "filter": ["from": .string(input.from.rfc3339), "to": .string(input.to.rfc3339)],
            ])
        try await services.database.write { try $0.audit(entry) }
    }

    private func answer(_ input: EPCISExportInput, at now: Instant) -> Response {
        let export = EPCISExport(
            query: EPCISQuery(recordedFrom: input.from, recordedBefore: input.to), identifiers: services.identifiers,
            madeAt: now, metrics: services.metrics)
        let name = ExportRoutes.fileName("epcis", "json", at: now)
        var headers = Headers(EPCISRoutes.versions)
        headers.add("content-type", "application/json")
        headers.add("content-disposition", "attachment; filename=\"\(name)\"")
        return Response(
            .ok, headers: headers,
            body: .stream { [database = services.database] writer in
                // Ends at once when the client goes.
                for try await piece in database.stream(.present, { try export.write($0, $1) }) {
                    try await writer.write(piece)
                }
            })
    }
}
