import Portico

/// What a person is told. Scans may be hundreds of thousands, and the document is one piece in memory: of everything
/// that grows it lists the newest, and says how many there are and where the others are.
extension BagPersonalData {
    /// Everything that bag tracking keeps about a person.
    ///
    /// Members: `profile`, `scans` (with how many, `newest`, `newest_are_all` and `all_at`), `scans_by_kind`,
    /// `devices`, `bills_created` (how many), `bills`, `imports`, `mails` and `text_messages` (the newest).
    func document(of id: Int64, in reading: Reading) throws -> JSONValue {
        let email = try accounts.account(id: id, in: reading)?.email
        let mails = try email.map { try self.mails.notes(to: $0, limit: most, in: reading) } ?? []
        return [
            "profile": try profile(of: id, in: reading), "scans": try scans(of: id, in: reading),
            "scans_by_kind": .array(try kinds(of: id, in: reading)),
            "devices": .array(try devices(of: id, in: reading)),
            "bills_created": .integer(try billsCreated(by: id, in: reading)),
            "bills": .array(try bills(of: id, in: reading)), "imports": .array(try imports(of: id, in: reading)),
            "mails": .array(mails.map { told($0) }),
            "text_messages": .array(try texts.notes(of: id, limit: most, in: reading).map { told($0) }),
        ]
    }

    private func profile(of id: Int64, in reading: Reading) throws -> JSONValue {
        let profile = try reading.first(
            "personal_data.profile", "SELECT role, area_code FROM user_profiles WHERE user_id = \(id)"
        ) { row -> JSONValue in
            ["role": .string(try row[0]), "area_code": text(try row[1])]
        }
        return profile ?? .null
    }

    /// How many scans and of how many bags and sacks, from when to when, and the newest of them.
    private func scans(of id: Int64, in reading: Reading) throws -> JSONValue {
        let newest = try newestScans(of: id, in: reading)
        let summary = try reading.first(
            "personal_data.scans",
            """
            SELECT count(*), count(DISTINCT CASE WHEN outcome <> 'rejected' THEN code END), min(recorded_at),
                max(recorded_at)
            FROM scans WHERE user_id = \(id)
            """
        ) { row -> JSONValue in
            let (count, codes): (Int64, Int64) = (try row[0], try row[1])
            let (first, last): (Instant?, Instant?) = (try row[2], try row[3])
            return [
                "count": .integer(count), "bags": .integer(codes), "first_at": time(first), "last_at": time(last),
                "newest": .array(newest), "newest_are_all": .bool(count == Int64(newest.count)),
                "all_at": .array(BagPersonalData.placesOfScans(of: id).map { .string($0) }),
            ]
        }
        return summary ?? .null
    }

    /// Where all scans of a person are: page by page for everybody, and as a file for the office.
    private static func placesOfScans(of id: Int64) -> [String] {
        ["/bags/api/v1/scans?user_id=\(id)", "/bags/api/v1/exports/scans.ndjson?user_id=\(id)"]
    }

    private func newestScans(of id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.newest_scans",
            """
            SELECT code, parent_code, kind, outcome, reject_code, scanned_at, recorded_at, undone_at, device_id
            FROM scans WHERE user_id = \(id) ORDER BY id DESC LIMIT \(most)
            """
        ) { row -> JSONValue in
            [
                "code": .string(try row[0]), "parent_code": text(try row[1]), "kind": .string(try row[2]),
                "outcome": .string(try row[3]), "reject_code": text(try row[4]), "scanned_at": time(try row[5]),
                "recorded_at": time(try row[6]), "undone_at": time(try row[7]), "device_id": text(try row[8]),
            ]
        }
    }

    private func kinds(of id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.scan_kinds",
            """
            SELECT kind, outcome, count(*) FROM scans WHERE user_id = \(id)
            GROUP BY kind, outcome ORDER BY kind, outcome
            """
        ) { ["kind": .string(try $0[0]), "outcome": .string(try $0[1]), "count": .integer(try $0[2])] }
    }

    /// The devices the person scanned with, as they called themselves.
    private func devices(of id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.devices",
            """
            SELECT DISTINCT device_id FROM scans WHERE user_id = \(id) AND device_id IS NOT NULL ORDER BY device_id
            """
        ) { .string(try $0[0]) }
    }

    private func billsCreated(by id: Int64, in reading: Reading) throws -> Int64 {
        try reading.scalar(
            "personal_data.bills", "SELECT count(*) FROM bills WHERE created_by = \(id)", as: Int64.self) ?? 0
    }

    private func bills(of id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.newest_bills",
            """
            SELECT code, state, area_code, created_at, completed_at, dispatched_at, delivered_at
            FROM bills WHERE created_by = \(id) ORDER BY id DESC LIMIT \(most)
            """
        ) { row -> JSONValue in
            [
                "code": .string(try row[0]), "state": .string(try row[1]), "area_code": .string(try row[2]),
                "created_at": time(try row[3]), "completed_at": time(try row[4]), "dispatched_at": time(try row[5]),
                "delivered_at": time(try row[6]),
            ]
        }
    }

    /// The imports that the person has asked for, and from which address.
    private func imports(of id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.imports",
            """
            SELECT \(ImportRecord.columns), j.state FROM imports i LEFT JOIN jobs j ON j.id = i.job_id
            WHERE i.user_id = \(id) ORDER BY i.job_id DESC LIMIT \(most)
            """
        ) { told(try ImportRecord($0), state: try $0[16]) }
    }

    /// - Parameter state: of its job; nil once that is forgotten, a week after it succeeded.
    private func told(_ record: ImportRecord, state: JobState?) -> JSONValue {
        let outcome = record.failure ?? state?.published ?? JobState.succeeded.published
        let counts = record.counts
        return [
            "file_name": .string(record.fileName), "kind": .string(record.terms.kind.rawValue),
            "dry_run": .bool(record.terms.isDryRun), "created_at": time(record.createdAt),
            "outcome": .string(outcome), "rows_done": .integer(Int64(record.rowsDone)),
            "rows_ok": .integer(Int64(counts.ok)), "rows_unchanged": .integer(Int64(counts.unchanged)),
            "rows_rejected": .integer(Int64(counts.rejected)), "user_name": .string(record.userName),
            "ip": .string(record.address),
        ]
    }

    private func told(_ mail: MailNote) -> JSONValue {
        [
            "subject": .string(mail.subject), "state": .string(mail.state.rawValue), "queued_at": time(mail.queuedAt),
            "sent_at": time(mail.sentAt), "reply": text(mail.reply),
        ]
    }

    private func told(_ message: TextNote) -> JSONValue {
        [
            "kind": .string(message.kind), "state": .string(message.state.rawValue),
            "queued_at": time(message.queuedAt), "ended_at": time(message.endedAt),
        ]
    }

    private func time(_ instant: Instant?) -> JSONValue { text(instant?.rfc3339) }
    private func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
