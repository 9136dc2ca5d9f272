import Portico

/// The pages of imports and their forms.
struct ImportPageRoutes: Sendable {
    private struct Target: RouteInput {
        let id: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", "Id of the import's job")
        }
    }

    private static let listed = 30

    let services: BagTrackingServices

    var routes: [Route] { [list, submit, show, run, cancel] }

    private var store: ImportStore { ImportStore(services: services) }
    private var desk: ImportDesk { ImportDesk(services: services) }

    private var list: Route {
        .page(
            .get, "/imports", "importsPage", "Files to import", access: .permission("import.run"),
            limit: BagLimits.admin
        ) { (context: RequestContext, _: NoInput) -> PageReply in try await page(context).reply() }
    }

    private var submit: Route {
        .page(
            .post, "/imports", "submitImport", "Import a file by the form", access: .permission("import.run"),
            limit: BagLimits.bulk
        ) { [desk] (context: RequestContext, form: ImportForm) -> PageReply in
            var id: Int64 = 0
            do {
                if let problem = context.uploadProblem { throw problem }
                id = try await desk.begin(try form.terms(), context.upload, by: BagCaller(context))
                return .redirect(to: "\(context.mount)/imports/\(id)")
            } catch {
                guard let problem = ImportPageRoutes.problem(error) else { throw error }
                var page = try await page(context)
                page.form = FormRefusal(problem: problem).form(form.values, about: "file")
                return page.reply(problem.status)
            }
        }.taking(desk.rule)
    }

    private var show: Route {
        .page(
            .get, "/imports/{id}", "importPage", "One import", access: .permission("import.run"),
            limit: BagLimits.admin
        ) { (context: RequestContext, input: Target) -> PageReply in
            let (store, services, id) = (store, services, input.id)
            // Whoever sees that the import has ended looks for what it has brought.
            ReadSession.current?.hear()
            let found = try await services.database.read { reading -> ImportSight in
                guard let record = try store.record(id, in: reading) else { throw ImportDesk.unknown }
                let file = try reading.scalar(
                    "imports.is_kept", "SELECT id FROM import_files WHERE id = \(record.fileID)", as: Int64.self)
                return ImportSight(
                    record: record, job: try services.jobs.record(id, in: reading),
                    errors: try store.errors(of: id, after: 0, limit: 100, in: reading), isKept: file != nil,
                    catalog: try services.catalog.catalog(in: reading))
            }
            return try found.page(context).reply()
        }
    }

    private var run: Route {
        .page(
            .post, "/imports/{id}/run", "submitImportRun", "Import the file of a dry run",
            access: .permission("import.run"),
            limit: BagLimits.bulk
        ) { [desk] (context: RequestContext, input: Target) -> PageReply in
            let id = try await desk.repeated(input.id, by: BagCaller(context))
            return .redirect(to: "\(context.mount)/imports/\(id)")
        }
    }

    private var cancel: Route {
        .page(
            .post, "/imports/{id}/cancel", "submitImportCancel", "Cancel an import", access: .permission("import.run"),
            limit: BagLimits.admin
        ) { [services, store] (context: RequestContext, input: Target) -> PageReply in
            try await services.database.write { transaction in
                guard try store.record(input.id, in: transaction) != nil else { throw ImportDesk.unknown }
                try services.jobs.cancel(input.id, in: transaction)
            }
            return .redirect(to: "\(context.mount)/imports/\(input.id)")
        }
    }

    private func page(_ context: RequestContext) async throws -> ImportsPage {
        let (store, services) = (store, services)
        let (catalog, imports) = try await services.database.read { reading in
            (
                try services.catalog.catalog(in: reading),
                try store.newest(ImportPageRoutes.listed, in: reading).map { ImportsPage.Row($0.record, $0.job) }
            )
        }
        return ImportsPage(
            frame: try BagFrame(context, catalog), rows: imports, areas: catalog.activeAreaChoices,
            mostMiB: services.settings.importMostMiB, mostRows: services.settings.importMostRows)
    }

    /// The refusal that the form can show; nil for what has a page of its own.
    private static func problem(_ error: any Error) -> Problem? {
        let problem = error as? Problem ?? (error as? any ProblemConvertible)?.problem
        guard let problem, [409, 413, 415, 422, 429].contains(problem.status.code) else { return nil }
        return problem
    }
}

/// What is known of one import.
private struct ImportSight: Sendable {
    let record: ImportRecord
    let job: JobRecord?
    let errors: [ImportRowError]
    let isKept: Bool
    let catalog: Catalog

    func page(_ context: RequestContext) throws -> ImportPage {
        ImportPage(
            frame: try BagFrame(context, catalog), row: ImportsPage.Row(record, job),
            onError: record.terms.onError.rawValue, area: record.terms.areaCode.map { catalog.areaName($0) },
            done: job?.done ?? 0, total: job?.total, failure: job?.errors.last?.message, errors: errors,
            isKept: isKept)
    }
}

extension ImportsPage.Row {
    init(_ record: ImportRecord, _ job: JobRecord?) {
        self.init(
            id: record.jobID, file: record.fileName.unlessEmpty ?? "File \(record.jobID)",
            kind: record.terms.kind.rawValue, isDryRun: record.terms.isDryRun,
            state: job?.state.published ?? "succeeded", counts: record.counts, person: record.userName,
            at: record.createdAt)
    }
}

/// What the form sends.
struct ImportForm: RouteInput {
    let values: [String: String]

    init(_ fields: inout FieldReader) {
        var values: [String: String] = [:]
        values["kind"] = fields.typed("kind", "What the file holds")
        values["area_code"] = fields.typed("area_code", "Area of what is new")
        values["on_error"] = fields.typed("on_error", "skip or abort")
        values["dry_run"] = fields.typed("dry_run", "true: write nothing")
        self.values = values
    }

    /// - Throws: ``Refusal`` for a kind that is none.
    func terms() throws(Refusal) -> ImportTerms {
        guard let kind = ImportKind(rawValue: values["kind"] ?? "") else {
            throw .validation([.invalid("kind", "Choose what the file holds.")])
        }
        return ImportTerms(
            kind: kind, isDryRun: values["dry_run"] == "true",
            onError: ImportErrorMode(rawValue: values["on_error"] ?? "") ?? .skip,
            areaCode: values["area_code"].flatMap(\.unlessEmpty))
    }
}
