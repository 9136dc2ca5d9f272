import Portico

/// What is to be imported, beside the file.
struct ImportInput: RouteInput {
    let terms: ImportTerms

    init(_ fields: inout FieldReader) {
        terms = ImportTerms(
            kind: fields.choice("kind", of: ImportKind.self, default: .packing, in: .body, "What the file holds"),
            isDryRun: fields.flag("dry_run", in: .body, "Only say what would happen; writes nothing"),
            onError: fields.choice(
                "on_error", of: ImportErrorMode.self, default: .skip, in: .body, required: false,
                "What is done when rows are wrong: take the good ones, or nothing"),
            areaCode: fields.optionalText(
                "area_code", 1...30, in: .body, "The area of new sacks and bills where a row names none"))
    }
}

/// Takes a file that was sent, and begins its import.
struct ImportDesk: Sendable {
    let services: BagTrackingServices

    /// What may be sent.
    var rule: UploadRule { UploadRule(mostBytes: services.settings.importMostMiB << 20) }

    /// Looks at the file and asks for its import.
    /// - Returns: the id of its job.
    /// - Throws: ``Problem`` 415, 422, 429; ``SQLError``.
    func begin(_ terms: ImportTerms, _ upload: UploadedFile?, by caller: BagCaller) async throws -> Int64 {
        guard let upload else {
            throw Refusal.validation([.required("file", "Choose the file to import.")])
        }
        let catalog = try await services.presentCatalog()
        if let area = terms.areaCode, !catalog.activeAreas.contains(area) {
            throw Refusal.validation([.invalid("area_code", "There is no such area.")])
        }
        let store = ImportStore(services: services)
        let source = FileSource(upload.content, count: upload.count)
        do {
            try await store.refuseTooMany(caller)
            let most = services.settings.importMostRows
            try await OwnThread.run { try ImportDesk.check(WatchedSource(source, $0), terms.kind, most: most) }
            let file = try await store.keep(source, name: upload.name, at: caller.now)
            do {
                return try await store.begin(terms, file: file, by: caller)
            } catch {
                // Nobody knows of the file.
                try? await store.remove(file)
                throw error
            }
        } catch let error as TableError {
            throw ImportDesk.problem(error)
        } catch let error as MissingColumn {
            throw Problem(422, "missing_column", error.detail)
        }
    }

    /// Asks for the import of a file that was tried before.
    /// - Throws: ``Problem`` 404, 409, 429; ``SQLError``.
    func repeated(_ id: Int64, by caller: BagCaller) async throws -> Int64 {
        let store = ImportStore(services: services)
        let record = try await services.database.read { try store.record(id, in: $0) }
        guard let record else { throw ImportDesk.unknown }
        let old = record.terms
        let terms = ImportTerms(kind: old.kind, isDryRun: false, onError: old.onError, areaCode: old.areaCode)
        return try await store.begin(terms, file: record.fileID, by: caller)
    }

    static var unknown: Refusal { .notFound("job_not_found", "There is no such import.") }

    /// Refuses what no job could take: the file is read to its end, every sheet of it.
    private static func check(_ source: any ByteSource, _ kind: ImportKind, most: Int) throws {
        let feed = ImportFeed(try TableFile(source).reader(), kind, mostRows: most) { _ in false }
        do {
            while try feed.next() != nil {}
        } catch is TooManyRows {
            // The job says so.
            return
        }
        try refuseWithoutHeader(feed, kind)
    }

    private static func refuseWithoutHeader(_ feed: ImportFeed, _ kind: ImportKind) throws {
        guard !feed.hasSheet, let first = kind.required.first else { return }
        throw MissingColumn(name: first, sheet: nil)
    }

    private static func problem(_ error: TableError) -> Problem {
        switch error.code {
        case .tooDense: Problem(422, "file_too_dense", error.detail)
        case .storage:
            Problem(503, "storage_full", "The file can't be kept for now. Tell the operator.")
        default: Problem(415, "unsupported_file", error.detail)
        }
    }
}

/// Imports over HTTP (rules R32–R36).
struct ImportRoutes: Sendable {
    private struct Target: RouteInput {
        let id: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", "Id of the import's job")
        }
    }

    private struct ErrorList: RouteInput {
        let id: Int64
        let page: PageRequest

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", "Id of the import's job")
            page = PageRequest(&fields)
        }
    }

    private struct Template: RouteInput {
        let kind: ImportKind

        init(_ fields: inout FieldReader) {
            kind = fields.choice("kind", of: ImportKind.self, default: .packing, in: .path, "What the file will hold")
        }
    }

    let services: BagTrackingServices
    let desk: ExportDesk

    var routes: [Route] { [create, errors, file(.csv), file(.xlsx), template] }

    private var store: ImportStore { ImportStore(services: services) }

    private var create: Route {
        .json(
            .post, "/api/v1/imports", "createImport", "Import a file: CSV or Excel, as a job",
            access: .permission("import.run"), limit: BagLimits.bulk,
            statuses: [(.accepted, "It will be imported; follow the job")],
            refusals: [
                (415, "unsupported_file"), (422, "file_too_dense"), (422, "missing_column"), (429, "too_many_running"),
            ]
        ) { [services] (context: RequestContext, input: ImportInput) -> Reply<ImportTicket> in
            let id = try await ImportDesk(services: services).begin(
                input.terms, context.upload, by: BagCaller(context))
            return Reply(
                ImportTicket(id: id), status: .accepted,
                headers: ["location": JobRoutes.address(of: id, below: context.mount)])
        }.taking(ImportDesk(services: services).rule)
    }

    private var errors: Route {
        .json(
            .get, "/api/v1/imports/{id}/errors", "listImportErrors", "What is wrong with which row",
            access: .permission("import.run"), limit: BagLimits.read,
            refusals: [(404, "job_not_found"), (422, "invalid_cursor")]
        ) { [services, store] (_: RequestContext, input: ErrorList) -> Reply<ListAnswer<ImportErrorItem>> in
            let cursor = ListCursor(
                signer: services.cursors, list: ListCursor.name("import_errors", [String(input.id)]))
            let after = try cursor.id(input.page.cursor) ?? 0
            let limit = input.page.limit
            let found = try await services.database.read { reading in
                guard try store.record(input.id, in: reading) != nil else { throw ImportDesk.unknown }
                return try store.errors(of: input.id, after: Int(after), limit: limit + 1, in: reading)
            }
            let items = found.prefix(limit).map { ImportErrorItem(error: $0) }
            let next = found.count > limit ? [String(Int(after) + limit)] : nil
            return .ok(
                ListAnswer(items: items, nextCursor: cursor.next(Page(items: items, next: next))))
        }
    }

    private func file(_ format: TableFormat) -> Route {
        .raw(
            .get, "/api/v1/imports/{id}/errors.\(format.rawValue)",
            "importErrors\(format.rawValue.uppercased())", "All that is wrong, as a file",
            access: .permission("import.run"), limit: BagLimits.read, mediaType: format.mediaType,
            refusals: [(404, "job_not_found"), (429, "too_many_running")]
        ) { [services, store, desk] (context: RequestContext, input: Target) -> Response in
            guard try await services.database.read({ try store.record(input.id, in: $0) }) != nil else {
                throw ImportDesk.unknown
            }
            let permit = try await desk.admit(try context.caller.accountID)
            let file = ImportErrorFile(store: store, jobID: input.id, format: format)
            return Response(
                .ok,
                headers: [
                    "content-type": format.mediaType,
                    "content-disposition": "attachment; filename=\"import-\(input.id)-errors.\(format.rawValue)\"",
                ],
                body: .stream { [database = services.database] writer in
                    try await permit.use {
                        for try await piece in database.stream(.primary, { try file.write($0, $1) }) {
                            try await writer.write(piece)
                        }
                    }
                })
        }
    }

    private var template: Route {
        .raw(
            .get, "/api/v1/imports/templates/{kind}", "importTemplate", "A file with the columns of a kind, to fill in",
            access: .permission("import.run"), limit: BagLimits.read, cache: .privateFor(seconds: 86_400),
            mediaType: TableFormat.csv.mediaType
        ) { (_: RequestContext, input: Template) -> Response in
            var writer = CSVWriter(columns: input.kind.columns)
            return Response(
                .ok,
                headers: [
                    "content-type": TableFormat.csv.mediaType,
                    "content-disposition": "attachment; filename=\"\(input.kind.rawValue).csv\"",
                ], body: .bytes(try writer.whole(ImportRoutes.examples(input.kind))))
        }
    }

    /// Rows that show what is meant.
    private static func examples(_ kind: ImportKind) -> [[String?]] {
        switch kind {
        case .packing: [["3000001"], ["3000002"], ["SB60001"]]
        case .bags:
            [["SB60001", nil, nil, nil, "lucknow"], ["3000001", "SB60001", "MUS/2025/001", "21/11/2025", nil]]
        case .bills: [["LKO 2026/1", "47", "lucknow", "Mustard", "Kisan Seva Kendra", "Unnao"]]
        case .billParents: [["LKO 2026/1", "SB60001"]]
        }
    }
}

/// The errors of an import as a file.
struct ImportErrorFile {
    private static let columns = ["sheet", "row", "column", "code", "message", "value"]
    private static let page = 2000

    let store: ImportStore
    let jobID: Int64
    let format: TableFormat

    /// - Throws: ``SQLError``, ``TableError``.
    func write(_ reading: Reading, _ emit: ([UInt8]) throws -> Void) throws {
        if format == .xlsx {
            var writer = try XLSXWriter(name: "errors", columns: ImportErrorFile.columns)
            try write(reading, to: &writer, emit)
        } else {
            var writer = CSVWriter(columns: ImportErrorFile.columns)
            try write(reading, to: &writer, emit)
        }
    }

    private func write<Writer: TableWriter>(
        _ reading: Reading, to writer: inout Writer, _ emit: ([UInt8]) throws -> Void
    ) throws {
        var after = 0
        while case let errors = try store.errors(of: jobID, after: after, limit: ImportErrorFile.page, in: reading),
            !errors.isEmpty
        {
            for error in errors {
                try writer.optional(error.sheet.map { Array($0.utf8) })
                try writer.number(Int64(error.row))
                try writer.optional(error.column.map { Array($0.utf8) })
                try writer.text(error.code)
                try writer.text(error.message)
                try writer.optional(error.value.map { Array($0.utf8) })
                try writer.endRow()
            }
            try emit(writer.take())
            after += errors.count
        }
        try writer.finish()
        try emit(writer.take())
    }
}

/// A job that was asked for.
struct ImportTicket: JSONRepresentable {
    static let schemaName = "ImportTicket"
    static let example = ImportTicket(id: 12)

    let id: Int64

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id, "Id of the job to follow")
        object.field("state", "queued", "It waits for its turn")
    }
}

/// What is wrong with a row, as clients see it.
struct ImportErrorItem: JSONRepresentable {
    static let schemaName = "ImportError"
    static let example = ImportErrorItem(
        error: ImportRowError(
            sheet: nil, row: 7, column: "code", code: "invalid_child_code", message: "Bag codes have 4 to 20 letters.",
            value: "12"))

    let error: ImportRowError

    func write(to object: inout JSONObjectWriter) {
        object.field("sheet", error.sheet, "The sheet; null for CSV")
        object.field("row", error.row, "The number a spreadsheet shows")
        object.field("column", error.column, "The column; A where columns have no names")
        object.field("code", error.code, "Stable reason")
        object.field("message", error.message, "The reason in words")
        object.field("value", error.value, "What stood there")
    }
}

extension ImportRowError {
    /// The same as a value, for answers that carry a few of them.
    var json: JSONValue {
        [
            "sheet": sheet.map { .string($0) } ?? .null, "row": .integer(Int64(row)),
            "column": column.map { .string($0) } ?? .null, "code": .string(code), "message": .string(message),
            "value": value.map { .string($0) } ?? .null,
        ]
    }
}
