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

    /// By which operators find an import and what was mailed of it.
    static func tag(_ id: Int64) -> String { "import:\(id)" }
}

extension ImportTerms {
    /// By which operators find imports of this kind, and of this area.
    var tags: [String] { ["kind:\(kind.rawValue)"] + (areaCode.map { ["area:\($0)"] } ?? []) }
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
        do {
            let source = try await store.file(record.fileID)
            let counts = try await ImportRun(
                services: services, record: record, run: run, catalog: catalog, source: source
            ).perform()
            try await finish(record, counts, run)
        } catch {
            guard let failure = ImportWorker.failure(error) else { throw error }
            try await close(record, "failed", failure.code, at: run.now)
            try? await store.remove(record.fileID)
            throw failure
        }
        // A file that was written is not asked for again; one that was only tried may be.
        if !record.terms.isDryRun { try await store.remove(record.fileID) }
        try await store.removeOldFiles(at: run.now)
    }

    /// What no further try would change; nil for the rest.
    private static func failure(_ error: any Error) -> JobFailure? {
        if let failure = error as? JobFailure { return failure }
        if let error = error as? TableError, error.code != .storage, error.code != .cancelled {
            return .permanent("unsupported_file", error.detail)
        }
        if let error = error as? MissingColumn { return .permanent("missing_column", error.detail) }
        if let error = error as? TooManyRows { return .permanent("too_many_rows", error.detail) }
        return nil
    }

    private func finish(_ record: ImportRecord, _ counts: ImportCounts, _ run: JobRun) async throws {
        let now = run.now
        let result = counts.result(record.terms, errorsURL: "/bags/api/v1/imports/\(record.jobID)/errors")
        try await services.database.write { transaction in
            try run.finish(result, in: transaction)
            let text = String(decoding: counts.json.bytes, as: UTF8.self)
            try transaction.execute(
                "imports.finish",
                "UPDATE imports SET counts = \(text), rows_done = \(counts.total) WHERE job_id = \(record.jobID)")
            try audit(record, state: "succeeded", result, now, in: transaction)
            try mail(
                record, record.terms.isDryRun ? "Dry run finished" : "Import finished",
                (
                    "\(record.fileName): \(counts.total) rows.",
                    "Taken: \(counts.ok). As they were: \(counts.unchanged). Refused: \(counts.rejected)."
                ), in: transaction)
        }
    }

    /// Notes the ends of imports that no run of theirs noted: of those that were cancelled, and of those whose last try
    /// failed. Their files go.
    /// - Throws: ``SQLError``.
    func closeEnded(at now: Instant) async throws {
        let store = store
        let ended = try await services.database.read { reading in
            let rows = try reading.all(
                "imports.ended",
                """
                SELECT i.job_id, j.state FROM imports i JOIN jobs j ON j.id = i.job_id
                WHERE i.failure IS NULL AND j.state IN ('cancelled', 'failed') ORDER BY i.job_id LIMIT 100
                """
            ) { (try $0[0] as Int64, try $0[1] as String) }
            return try rows.compactMap { id, state in try store.record(id, in: reading).map { ($0, state) } }
        }
        for (record, state) in ended {
            try await close(record, state, state, at: now)
            try await store.remove(record.fileID)
        }
        try await store.removeOldFiles(at: now)
    }

    /// Notes why an import ended early, once, and tells who asked for it.
    private func close(_ record: ImportRecord, _ state: String, _ code: String, at now: Instant) async throws {
        try await services.database.write { transaction in
            let changed = try transaction.execute(
                "imports.fail",
                "UPDATE imports SET failure = \(code) WHERE job_id = \(record.jobID) AND failure IS NULL")
            guard changed == 1 else { return }
            try audit(record, state: state, ["code": .string(code)], now, in: transaction)
            guard state == "failed" else { return }
            let what = record.terms.isDryRun ? "Dry run failed" : "Import failed"
            try mail(
                record, what, ("\(record.fileName) was not imported to its end.", "\(ImportWords.failure(code))"),
                in: transaction)
        }
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

    private func mail(
        _ record: ImportRecord, _ what: String, _ lines: (LetterText, LetterText), in transaction: Transaction
    ) throws {
        let address = try transaction.scalar(
            "imports.mail_address", "SELECT email FROM accounts WHERE id = \(record.userID)", as: String.self)
        guard let address = address.flatMap({ try? MailAddress($0, name: record.userName) }) else { return }
        let letter = MailLetter(
            "\(what): \(record.fileName)", from: services.settings.office,
            [
                .paragraph(lines.0), .paragraph(lines.1),
                .button("Open the import", address: "\(services.settings.publicURL)/bags/imports/\(record.jobID)"),
            ])
        let mail = Mail(to: address, letter).marked("bags.import_finished", isConfidential: false)
        _ = try services.mails.enqueue(mail, JobOptions(tags: [ImportJob.tag(record.jobID)]), in: transaction)
    }
}

/// What is told of imports after the commit.
enum ImportEvents {
    static let finishedKind = "import.finished"
    /// What nodes of before told of the jobs of imports. The queue itself tells of every job now; see `JobChange`.
    static let progressKind = "import.progress"

    static func finished(_ record: ImportRecord, state: String, at now: Instant) -> Event {
        let payload: JSONValue = [
            "id": .string(String(record.jobID)), "kind": .string(record.terms.kind.rawValue),
            "dry_run": .bool(record.terms.isDryRun), "state": .string(state),
            "user_id": .string(String(record.userID)), "user_name": .string(record.userName),
        ]
        return Event(finishedKind, key: record.terms.areaCode ?? "", payload: payload, at: now)
    }
}
