import Portico

/// Whole tables as files (rule R37).
struct ExportRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] {
        TableFormat.allCases.flatMap { format in
            [
                route(.bags, format, BagExportInput.self), route(.bills, format, BillExportInput.self),
                route(.scans, format, ScanExportInput.self),
            ]
        }
    }

    private func route<Input: ExportInput>(_ name: ExportName, _ format: TableFormat, _ input: Input.Type) -> Route {
        let title = name.rawValue.prefix(1).uppercased() + name.rawValue.dropFirst()
        return .raw(
            .get, "/api/v1/exports/\(name.rawValue).\(format.rawValue)",
            "export\(title)\(format.rawValue.uppercased())",
            "All \(name.rawValue) of a filter, oldest first, from one snapshot; \(ExportRoutes.ending(format))",
            access: .permission("export.read"), limit: BagLimits.bulk, mediaType: format.mediaType,
            refusals: [(404, "area_not_found")]
        ) { (context: RequestContext, input: Input) -> Response in
            let caller = try BagCaller(context)
            let query = try await input.query(for: caller, services)
            try ExportRoutes.checkStorable(query)
            try await audit(context, caller, query, format)
            return answer(query, format, at: context.now)
        }
    }

    /// What no row can hold is told before the head of the answer is sent: afterwards only the connection could break.
    private static func checkStorable(_ query: some ExportQuery) throws {
        if let condition = query.conditions.first(where: { $0.value.utf8.contains(0) }) {
            throw Problem.validation([
                Problem.FieldError(
                    field: condition.name, code: "invalid_format", message: "must not contain a NUL character")
            ])
        }
    }

    private func audit(
        _ context: RequestContext, _ caller: BagCaller, _ query: some ExportQuery, _ format: TableFormat
    ) async throws {
        // A HEAD sends nothing anywhere.
        guard context.request.head.method == .get else { return }
        let name = query.name.rawValue
        let entry = caller.entry(
            "export.started", entity: "\(name).\(format.rawValue)",
            after: [
                "name": .string(name), "format": .string(format.rawValue),
                "filter": .object(query.conditions.map { (key: $0.name, value: .string($0.value)) }),
            ])
        try await services.database.write { try $0.audit(entry) }
    }

    private func answer<Query: ExportQuery>(
        _ query: Query, _ format: TableFormat, at now: Instant
    ) -> Response {
        let run = ExportRun(query: query, format: format, metrics: services.metrics)
        let file = ExportRoutes.fileName(query.name.rawValue, format.rawValue, at: now)
        return Response(
            .ok,
            headers: [
                "content-type": format.mediaType, "content-disposition": "attachment; filename=\"\(file)\"",
            ],
            body: .stream { [database = services.database] writer in
                // Ends at once when the client goes.
                for try await piece in database.stream(.present, { try run.write($0, $1) }) {
                    try await writer.write(piece)
                }
            })
    }

    /// `bags-20261121-1605.csv`, by the clock of the warehouse.
    static func fileName(_ name: String, _ suffix: String, at now: Instant) -> String {
        let zone = TimeZoneOffset.india
        let day = zone.date(of: now).text.filter { $0 != "-" }
        let time = zone.clockText(of: now).filter { $0 != ":" }
        return "\(name)-\(day)-\(time).\(suffix)"
    }

    private static func ending(_ format: TableFormat) -> String {
        switch format {
        case .ndjson: "the last line holds the number of rows and the SHA-256 of all bytes before it"
        case .csv: "cells that a spreadsheet would take for formulas begin with an apostrophe"
        case .xlsx: "sheets of at most 1,048,575 rows below a header"
        }
    }
}
