import Portico

extension ImportKind: SQLBindable, SQLReadable {}
extension ImportErrorMode: SQLBindable, SQLReadable {}

/// An import as it is kept beside its job.
struct ImportRecord: Sendable {
    let jobID: Int64
    let fileID: Int64
    let fileName: String
    let terms: ImportTerms
    /// Who asked for it.
    let userID: Int64
    let userName: String
    let requestID: String
    let address: String
    let createdAt: Instant
    /// Whether all rows were judged before any was written.
    let isChecked: Bool
    /// Rows of the file that are dealt with.
    let rowsDone: Int
    let counts: ImportCounts
    /// Why it failed, as a stable code.
    let failure: String?

    static let columns: SQL = """
        i.job_id, i.file_id, i.file_name, i.kind, i.dry_run, i.on_error, i.area_code, i.user_id, i.user_name,
        i.request_id, i.ip, i.created_at, i.is_checked, i.rows_done, i.counts, i.failure
        """

    init(_ row: Row) throws {
        jobID = try row[0]
        fileID = try row[1]
        fileName = try row[2]
        terms = ImportTerms(
            kind: try row[3], isDryRun: try row[4], onError: try row[5], areaCode: try row[6])
        userID = try row[7]
        userName = try row[8]
        requestID = try row[9]
        address = try row[10]
        createdAt = try row[11]
        isChecked = try row[12]
        rowsDone = try row[13]
        counts = ImportCounts(try JSONValue(parsing: Array((try row[14] as String).utf8)))
        failure = try row[15]
    }

    /// Who acts in the name of the import.
    func caller(at now: Instant) -> BagCaller {
        BagCaller(
            userID: userID, name: userName, areaCode: nil, permissions: ["import.run"], requestID: requestID,
            address: address, now: now)
    }
}

/// Files to import and what is known of their imports.
struct ImportStore: Sendable {
    /// Bytes of a part: small enough that storing one holds nobody up.
    private static let partSize = 1 << 18
    /// How long a file is kept for being imported again, as after a dry run.
    static let retention = Span.hours(24)
    /// Imports of one person that wait or run at once.
    static let most = 2

    let services: BagTrackingServices

    /// Refuses one who has as many imports as may run, before a file is kept for nothing.
    /// - Throws: 429 `too_many_running`, ``SQLError``.
    func refuseTooMany(_ caller: BagCaller) async throws {
        let store = self
        try await services.database.read { try store.refuseTooMany(caller, in: $0) }
    }

    /// Keeps a file. It lies in the database, in parts that are written one by one.
    /// - Returns: its id.
    /// - Throws: ``TableError``, ``SQLError``.
    func keep(_ source: any ByteSource, name: String, at now: Instant) async throws -> Int64 {
        let shown = String(String.UnicodeScalarView(ScannedText.tidied(name).unicodeScalars.prefix(200)))
        let size = source.count
        let id = try await services.database.write { transaction in
            try transaction.scalar(
                "imports.keep_file",
                """
                INSERT INTO import_files (name, size, created_at) VALUES (\(shown), \(size), \(now)) RETURNING id
                """, as: Int64.self)
        }
        guard let id else { throw SQLError(.unexpectedNull, message: "a new file has no id") }
        var offset = 0
        while offset < size {
            let part = try source.read(at: offset, count: ImportStore.partSize)
            let seq = offset / ImportStore.partSize
            try await services.database.write { transaction in
                try transaction.execute(
                    "imports.keep_part",
                    "INSERT INTO import_file_parts (file_id, seq, content) VALUES (\(id), \(seq), \(part))")
            }
            offset += part.count
        }
        return id
    }

    /// Asks for an import of a file that is kept.
    /// - Throws: 429 `too_many_running`, 404 when the file is gone, ``SQLError``.
    func begin(_ terms: ImportTerms, file id: Int64, by caller: BagCaller) async throws -> Int64 {
        let (services, store) = (services, self)
        let jobID = try await services.database.write { transaction in
            try store.refuseTooMany(caller, in: transaction)
            let name = try transaction.scalar(
                "imports.file_name", "SELECT name FROM import_files WHERE id = \(id)", as: String.self)
            guard let name else {
                throw Refusal.notFound("file_not_found", "The file is no longer kept. Send it again.")
            }
            let ticket = try services.jobs.enqueue(
                ImportJob(), JobOptions(owner: caller.userID, tags: terms.tags), in: transaction)
            try services.jobs.tag(ticket.id, [ImportJob.tag(ticket.id)], in: transaction)
            try transaction.execute(
                "imports.begin",
                """
                INSERT INTO imports (job_id, file_id, file_name, kind, dry_run, on_error, area_code, user_id, user_name,
                    request_id, ip, created_at)
                VALUES (\(ticket.id), \(id), \(name), \(terms.kind), \(terms.isDryRun), \(terms.onError),
                    \(terms.areaCode), \(caller.userID), \(caller.name), \(caller.requestID), \(caller.address),
                    \(caller.now))
                """)
            return ticket.id
        }
        return jobID
    }

    /// How many imports wait or run, whoever asked for them. Each state has an index that holds its jobs only.
    /// - Throws: ``SQLError``.
    static func unfinished(in session: some SQLSession) throws -> Int {
        let states: [SQL] = ["'queued'", "'scheduled'", "'blocked'", "'running'"]
        let counts = states.map { state -> SQL in
            "(SELECT count(*) FROM jobs WHERE state = \(state) AND name = \(ImportJob.name))"
        }
        let sum = counts.dropFirst().reduce(counts[0]) { $0 + " + " + $1 }
        return try session.scalar("imports.unfinished", "SELECT \(sum)", as: Int.self) ?? 0
    }

    private func refuseTooMany(_ caller: BagCaller, in session: some SQLSession) throws {
        let running = try session.scalar(
            "imports.running",
            """
            SELECT count(*) FROM imports i JOIN jobs j ON j.id = i.job_id
            WHERE i.user_id = \(caller.userID) AND j.finished_at IS NULL
            """, as: Int.self)
        guard running ?? 0 >= ImportStore.most else { return }
        throw Problem(
            429, "too_many_running", "You have \(ImportStore.most) imports running. Wait until one has ended.",
            headers: ["retry-after": "10"])
    }

    /// An import by the id of its job; nil where there is none.
    /// - Throws: ``SQLError``.
    func record(_ jobID: Int64, in session: some SQLSession) throws -> ImportRecord? {
        try session.first(
            "imports.record", "SELECT \(ImportRecord.columns) FROM imports i WHERE i.job_id = \(jobID)",
            ImportRecord.init)
    }

    /// The newest imports with their jobs' states.
    /// - Throws: ``SQLError``.
    func newest(_ limit: Int, in session: some SQLSession) throws -> [(record: ImportRecord, job: JobRecord?)] {
        let records = try session.all(
            "imports.newest",
            "SELECT \(ImportRecord.columns) FROM imports i ORDER BY i.job_id DESC LIMIT \(limit)", ImportRecord.init)
        return try records.map { ($0, try services.jobs.record($0.jobID, in: session)) }
    }

    /// Errors of an import in the order of its rows.
    /// - Parameter after: number of errors to leave out.
    /// - Throws: ``SQLError``.
    func errors(of jobID: Int64, after: Int, limit: Int, in session: some SQLSession) throws -> [ImportRowError] {
        try session.all(
            "imports.errors",
            """
            SELECT \(SQL(trusted: ImportRowError.columns.joined(separator: ", "))) FROM import_errors
            WHERE job_id = \(jobID) AND seq > \(after) ORDER BY seq LIMIT \(limit)
            """, ImportRowError.init)
    }

    /// Brings the file of an import back as a file.
    /// - Throws: ``JobFailure`` where parts of it are missing, ``TemporaryFileError``, ``SQLError``.
    func file(_ id: Int64) async throws -> FileSource {
        let size = try await services.database.read { reading in
            try reading.scalar("imports.file_size", "SELECT size FROM import_files WHERE id = \(id)", as: Int.self)
        }
        let content = try TemporaryFile()
        var (count, seq) = (0, 0)
        while true {
            let next = seq
            let part = try await services.database.read { reading in
                try reading.scalar(
                    "imports.part", "SELECT content FROM import_file_parts WHERE file_id = \(id) AND seq = \(next)",
                    as: [UInt8].self)
            }
            guard let part else {
                guard count == size else { throw ImportStore.incomplete }
                return FileSource(content, count: count)
            }
            try content.write(part, at: count)
            count += part.count
            seq += 1
        }
    }

    private static var incomplete: JobFailure {
        .permanent("file_incomplete", "The file is no longer kept in full. Send it again.")
    }

    /// Removes files that nobody will ask for again, part by part.
    /// - Throws: ``SQLError``.
    func removeOldFiles(at now: Instant) async throws {
        let services = services
        let old = try await services.database.read { reading in
            try reading.all(
                "imports.old_files",
                """
                SELECT f.id FROM import_files f WHERE f.created_at < \(now - ImportStore.retention) AND NOT EXISTS (
                    SELECT 1 FROM imports i JOIN jobs j ON j.id = i.job_id
                    WHERE i.file_id = f.id AND j.finished_at IS NULL)
                LIMIT 100
                """
            ) { try $0[0] as Int64 }
        }
        for id in old { try await remove(id) }
    }

    /// Removes a file.
    /// - Throws: ``SQLError``.
    func remove(_ id: Int64) async throws {
        let database = services.database
        while true {
            let removed = try await database.write { transaction in
                try transaction.execute(
                    "imports.remove_parts",
                    """
                    DELETE FROM import_file_parts WHERE file_id = \(id) AND seq IN (
                        SELECT seq FROM import_file_parts WHERE file_id = \(id) ORDER BY seq LIMIT 8)
                    """)
            }
            if removed == 0 { break }
        }
        try await database.write { transaction in
            try transaction.execute("imports.remove_file", "DELETE FROM import_files WHERE id = \(id)")
        }
    }
}

extension ImportRowError {
    /// The columns in the order that ``init(_:)`` and ``values`` have them.
    static let columns = ["sheet", "row_number", "column_name", "code", "message", "value"]

    /// What is kept of it. The value stands in a column that takes no NUL.
    var values: [SQLValue] {
        [
            sheet.sqlValue, row.sqlValue, column.sqlValue, .text(code), .text(message),
            value.map { $0.filter { $0 != "\0" } }.sqlValue,
        ]
    }

    init(_ row: Row) throws {
        self.init(
            sheet: try row[0], row: try row[1], column: try row[2], code: try row[3], message: try row[4],
            value: try row[5])
    }
}

extension ImportCounts {
    /// The counts as a row keeps them.
    var json: JSONValue {
        [
            "ok": .integer(Int64(ok)), "unchanged": .integer(Int64(unchanged)), "rejected": .integer(Int64(rejected)),
            "parents": .integer(Int64(parents)), "children": .integer(Int64(children)),
            "links": .integer(Int64(links)), "bills": .integer(Int64(bills)),
            "bill_parents": .integer(Int64(billParents)), "numeric": .integer(Int64(numericCells)),
            "errors": .integer(Int64(errors)),
            "warnings": .object(warnings.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64($0.value))) }),
        ]
    }

    init(_ json: JSONValue) {
        func number(_ name: String) -> Int { Int(json[name]?.int64 ?? 0) }
        ok = number("ok")
        unchanged = number("unchanged")
        rejected = number("rejected")
        parents = number("parents")
        children = number("children")
        links = number("links")
        bills = number("bills")
        billParents = number("bill_parents")
        numericCells = number("numeric")
        errors = number("errors")
        for (name, count) in json["warnings"]?.members ?? [] { warnings[name] = Int(count.int64 ?? 0) }
    }

    /// Adds what came of further rows.
    mutating func add(_ other: ImportCounts) {
        ok += other.ok
        unchanged += other.unchanged
        rejected += other.rejected
        parents += other.parents
        children += other.children
        links += other.links
        bills += other.bills
        billParents += other.billParents
        errors += other.errors
        numericCells += other.numericCells
        warnings.merge(other.warnings, uniquingKeysWith: +)
    }

    /// What the job answers (rule R36).
    func result(_ terms: ImportTerms, errorsURL: String) -> JSONValue {
        var warnings = warnings.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.integer(Int64($0.value))) }
        if numericCells > 0 { warnings.append(("numeric_cells", .integer(Int64(numericCells)))) }
        return [
            "kind": .string(terms.kind.rawValue), "dry_run": .bool(terms.isDryRun),
            "on_error": .string(terms.onError.rawValue), "rows_total": .integer(Int64(total)),
            "rows_ok": .integer(Int64(ok)), "rows_unchanged": .integer(Int64(unchanged)),
            "rows_rejected": .integer(Int64(rejected)),
            "created": [
                "parents": .integer(Int64(parents)), "children": .integer(Int64(children)),
                "links": .integer(Int64(links)), "bills": .integer(Int64(bills)),
                "bill_parents": .integer(Int64(billParents)),
            ],
            "warnings": .object(warnings), "errors_url": .string(errorsURL),
        ]
    }
}
