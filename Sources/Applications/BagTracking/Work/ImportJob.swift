import Portico

/// Does an import. What it needs stands in the row of the import that names the job.
struct ImportJob: Job {
    static let name = "bags.import"
    static let policy = JobPolicy(
        queue: "imports", retries: 5, firstRetry: .seconds(1), softTimeout: .hours(2), hardTimeout: .hours(3))

    init() {}

    init(payload: JSONValue) throws {}

    var payload: JSONValue { .object([]) }
    /// More at once would only wait for each other.
    var limit: JobLimit? { JobLimit("bags.import", atMost: 2) }
}

/// Runs imports for the worker.
struct ImportWorker: Sendable {
    let services: BagTrackingServices

    private var store: ImportStore { ImportStore(services: services) }

    /// - Throws: ``JobFailure``, `CancellationError`, ``SQLError``.
    func perform(_ run: JobRun) async throws {
        let (services, store) = (services, store)
        let (record, catalog) = try await services.database.read { reading in
            (try store.record(run.id, in: reading), try services.catalog.catalog(in: reading))
        }
        guard let record else { throw JobFailure.permanent("import_not_found", "The import is not known.") }
        services.metrics.importsRunning(by: 1)
        defer { services.metrics.importsRunning(by: -1) }
        do {
            let source = try await store.file(record.fileID)
            let counts = try await ImportRun(
                services: services, record: record, run: run, catalog: catalog, source: source
            ).perform()
            try await finish(record, counts, run)
        } catch let failure as JobFailure {
            try await fail(record, failure, run)
        } catch let error as TableError where error.code != .storage {
            try await fail(record, .permanent("unsupported_file", error.detail), run)
        } catch let error as MissingColumn {
            try await fail(record, .permanent("missing_column", error.detail), run)
        }
        // A file that was written is not asked for again; one that was only tried may be.
        if !record.terms.isDryRun { try await store.remove(record.fileID) }
        try await store.removeOldFiles(at: run.now)
    }

    private func finish(_ record: ImportRecord, _ counts: ImportCounts, _ run: JobRun) async throws {
        let now = run.now
        let result = counts.result(record.terms, errorsURL: "/bags/api/v1/imports/\(record.jobID)/errors")
        try await services.database.write { [services] transaction in
            try run.finish(result, in: transaction)
            let text = String(decoding: counts.json.bytes, as: UTF8.self)
            try transaction.execute(
                "imports.finish",
                "UPDATE imports SET counts = \(text), rows_done = \(counts.total) WHERE job_id = \(record.jobID)")
            try audit(record, state: "succeeded", result, now, in: transaction)
            try services.outbox.publish(
                ImportEvents.progress(
                    record.jobID, state: "succeeded", done: counts.total, total: counts.total, at: now),
                in: transaction)
            try mail(record, counts, in: transaction)
        }
    }

    /// Notes why an import failed before the worker does, so that the audit has it.
    private func fail(_ record: ImportRecord, _ failure: JobFailure, _ run: JobRun) async throws {
        let now = run.now
        try await services.database.write { [services] transaction in
            try transaction.execute(
                "imports.fail", "UPDATE imports SET failure = \(failure.code) WHERE job_id = \(record.jobID)")
            try audit(record, state: "failed", ["code": .string(failure.code)], now, in: transaction)
            try services.outbox.publish(
                ImportEvents.progress(record.jobID, state: "failed", done: 0, total: 0, at: now), in: transaction)
        }
        throw failure
    }

    private func audit(
        _ record: ImportRecord, state: String, _ result: JSONValue, _ now: Instant, in transaction: Transaction
    ) throws {
        let entry = record.caller(at: now).entry(
            "import.finished", entity: String(record.jobID),
            after: ["file": .string(record.fileName), "state": .string(state), "result": result])
        try transaction.audit(entry)
        try services.outbox.publish(
            ImportEvents.finished(record, state: state, at: now), in: transaction)
    }

    private func mail(_ record: ImportRecord, _ counts: ImportCounts, in transaction: Transaction) throws {
        let address = try transaction.scalar(
            "imports.mail_address", "SELECT email FROM accounts WHERE id = \(record.userID)", as: String.self)
        guard let address = address.flatMap({ try? MailAddress($0, name: record.userName) }) else { return }
        let what = record.terms.isDryRun ? "Dry run finished" : "Import finished"
        let link = "\(services.settings.publicURL)/bags/imports/\(record.jobID)"
        let lines = [
            "\(record.fileName): \(counts.total) rows.",
            "Taken: \(counts.ok). As they were: \(counts.unchanged). Refused: \(counts.rejected).",
        ]
        let mail = Mail(
            to: address, subject: "\(what): \(record.fileName)",
            text: (lines + ["", link, ""]).joined(separator: "\n"),
            html: "<p>\(lines[0])</p><p>\(lines[1])</p><p><a href=\"\(link)\">Open it</a></p>")
        _ = try services.mails.enqueue(mail, in: transaction)
    }
}

/// What is told of imports after the commit.
enum ImportEvents {
    static let finishedKind = "import.finished"
    static let progressKind = "import.progress"

    static func finished(_ record: ImportRecord, state: String, at now: Instant) -> Event {
        let payload: JSONValue = [
            "id": .string(String(record.jobID)), "kind": .string(record.terms.kind.rawValue),
            "dry_run": .bool(record.terms.isDryRun), "state": .string(state), "user_name": .string(record.userName),
        ]
        return Event(finishedKind, key: record.terms.areaCode ?? "", payload: payload, at: now)
    }

    /// How far an import is, for those who watch its job.
    static func progress(_ id: Int64, state: String, done: Int, total: Int, at now: Instant) -> Event {
        let payload: JSONValue = [
            "id": .string(String(id)), "state": .string(state),
            "progress": ["done": .integer(Int64(done)), "total": .integer(Int64(total))],
        ]
        return Event(progressKind, key: "job:\(id)", payload: payload, at: now)
    }
}
