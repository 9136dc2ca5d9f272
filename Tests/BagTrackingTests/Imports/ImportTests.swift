import Logging
import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico

/// Sends files to import and does the jobs.
struct ImportHall {
    let app: AppHarness
    let admin: TestClient

    init(_ app: AppHarness) async throws {
        self.app = app
        admin = try await app.client("admin")
    }

    func send(
        _ file: [UInt8], _ fields: KeyValuePairs<String, String>, named name: String = "list.csv",
        as client: TestClient? = nil
    ) async -> TestAnswer {
        let boundary = "----portico7d3f"
        var body = ""
        for (name, value) in fields {
            body += "--\(boundary)\r\ncontent-disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n"
        let bytes = Array(body.utf8) + file + Array("\r\n--\(boundary)--\r\n".utf8)
        return await (client ?? admin).send(
            .post, "/bags/api/v1/imports", ["content-type": "multipart/form-data; boundary=\(boundary)"], body: bytes)
    }

    /// Does all jobs that wait.
    /// - Parameter partRows: how many rows of an import are written at once; nil as the application does.
    func work(partRows: Int? = nil) async throws {
        var book = JobBook()
        if let partRows {
            let services = services(partRows: partRows)
            book.handle(ImportJob.self) { try await ImportWorker(services: services).perform($1) }
        } else {
            app.jobs(&book)
        }
        let worker = JobWorker(
            database: app.database, queue: app.environment.jobs, book: book,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
            configuration: JobWorker.Configuration(application: "bags"))
        try await worker.runUntilIdle()
    }

    func services(partRows: Int = 1000) -> BagTrackingServices {
        var settings = BagSettings(publicURL: "https://bags.test")
        settings.importPartRows = partRows
        let environment = app.environment
        return BagTrackingServices(
            database: app.database, clock: app.clock, outbox: environment.outbox, mails: environment.mails,
            jobs: environment.jobs, cursors: CursorSigner(key: [UInt8](repeating: 7, count: 32)),
            settings: settings, metrics: environment.metrics)
    }

    /// Imports a file and tells its job.
    func imported(_ text: String, _ fields: KeyValuePairs<String, String>) async throws -> JSONValue {
        let answer = await send(Array(text.utf8), fields)
        let id = try #require(answer.json["id"]?.string, "\(answer.status) \(answer.text)")
        try await work()
        return await admin.get("/bags/api/v1/jobs/\(id)").json
    }

    func number(_ sql: SQL) async throws -> Int {
        try await app.database.read { try $0.scalar("test.number", sql, as: Int.self) } ?? 0
    }

    func expectCountsAreRight() async throws {
        let drift = try await app.database.read { try CounterStore.verify(in: $0).drift }
        #expect(drift.isEmpty, "counters differ from the rows")
    }
}

@Suite("Imports (rules R32–R36)")
struct ImportTests {
    private static let packing = """
        code
        5000001
        LABEL NO: 5000002 LOT NO: MUS/2025/001 DOT 01/02/2025
        12
        SB62001
        5000001
        5000003
        SB62002
        5000009
        """

    private func with(
        _ engine: TestEngine, _ body: (ImportHall) async throws -> Void
    ) async throws {
        try await withApp(on: engine) { app in try await body(try await ImportHall(app)) }
    }

    private func counts(_ job: JSONValue) -> [Int64?] {
        ["rows_total", "rows_ok", "rows_unchanged", "rows_rejected"].map { job["result"]?[$0]?.int64 }
    }

    private func codes(_ job: JSONValue) -> [String] {
        job["errors"]?.elements?.compactMap { $0["code"]?.string } ?? []
    }

    @Test(
        "R34 packing: bags come before their sack; a dry run says the same and writes nothing",
        arguments: TestEngine.available)
    func packing(_ engine: TestEngine) async throws {
        try await with(engine) { hall in
            let tried = try await hall.imported(
                ImportTests.packing, ["kind": "packing", "dry_run": "true", "area_code": "lucknow"])
            #expect(tried["state"] == "succeeded")
            #expect(try await hall.number("SELECT count(*) FROM bags") == 0)
            let done = try await hall.imported(ImportTests.packing, ["kind": "packing", "area_code": "lucknow"])
            #expect(counts(done) == [8, 5, 0, 3])
            #expect(counts(tried) == counts(done) && codes(tried) == codes(done))
            #expect(codes(done) == ["invalid_child_code", "duplicate_in_file", "orphan_child"])
            #expect(done["errors"]?.elements?.first?["row"]?.int64 == 4)
            #expect(done["result"]?["created"]?["links"]?.int64 == 3)
            #expect(try await hall.number("SELECT count(*) FROM custody_events WHERE source = 'import'") == 2)
            #expect(try await hall.number("SELECT count(*) FROM bags WHERE lot = 'MUS/2025/001'") == 1)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("R34: importing a file twice changes nothing the second time", arguments: TestEngine.available)
    func twice(_ engine: TestEngine) async throws {
        try await with(engine) { hall in
            _ = try await hall.imported(ImportTests.packing, ["kind": "packing", "area_code": "lucknow"])
            let again = try await hall.imported(ImportTests.packing, ["kind": "packing", "area_code": "lucknow"])
            #expect(counts(again) == [8, 0, 5, 3])
            #expect(try await hall.number("SELECT count(*) FROM custody_events") == 2)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("R34 packing: what is wrong with a sack refuses its run with one error", arguments: TestEngine.available)
    func runs(_ engine: TestEngine) async throws {
        try await with(engine) { hall in
            var lines =
                (5_100_001...5_100_031).map(String.init) + ["SB62010", "SB62011", "5200001", "SB62012", "SB62012"]
            lines += ["5200002", "SB62012"]
            let job = try await hall.imported(
                lines.joined(separator: "\r\n"), ["kind": "packing", "area_code": "lucknow"])
            #expect(
                codes(job) == [
                    "batch_over_capacity", "empty_batch", "duplicate_parent_in_file", "duplicate_parent_in_file",
                ])
            #expect(counts(job) == [38, 2, 0, 36])
        }
    }

    @Test("R34 bags: sacks, bags and loose bags by their columns", arguments: TestEngine.available)
    func bags(_ engine: TestEngine) async throws {
        try await with(engine) { hall in
            let file = """
                Parent_Code;CODE;note;lot;test_date;area_code
                ;SB63001;x;;;indore
                SB63001;5300001;;L1;01/02/2025;
                SB63002;5300001;;;;indore
                ;5300002;;;32/02/2025;
                ;5300003;;;;nowhere
                ;;;;;indore
                SB63001;SB63009;;;;
                """
            let job = try await hall.imported(file, ["kind": "bags"])
            #expect(
                codes(job) == ["duplicate_in_file", "missing_value", "unknown_area", "missing_value", "wrong_kind"])
            #expect(counts(job) == [7, 2, 0, 5])
            let other = try await hall.imported(file, ["kind": "bags", "area_code": "jaipur"])
            #expect(counts(other) == [7, 1, 2, 4])
            #expect(other["result"]?["warnings"]?["test_date_unreadable"]?.int64 == 1)
            #expect(
                try await hall.number("SELECT count(*) FROM bags WHERE status = 'loose' AND area_code = 'jaipur'") == 1)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("R34 bills and their sacks", arguments: TestEngine.available)
    func bills(_ engine: TestEngine) async throws {
        try await with(engine) { hall in
            _ = try await hall.imported(
                "5400001\nSB64001\n5400002\nSB64002", ["kind": "packing", "area_code": "lucknow"])
            let bills =
                "bill_code,capacity,area_code,consignee\nLKO 1,2,lucknow,Kisan\nlko 1,3,lucknow,\nX,1,lucknow,\nLKO 2,x,,\n"
            let job = try await hall.imported(bills, ["kind": "bills", "area_code": "lucknow"])
            #expect(codes(job) == ["bill_exists", "too_short", "invalid_number"])
            #expect(counts(job) == [4, 1, 0, 3])
            let sacks =
                "bill_code,parent_code\nLKO 1,SB64001\nLKO 1,SB64001\nLKO 9,SB64002\nLKO 1,SB64002\nLKO 1,SB69999\n"
            let tried = try await hall.imported(sacks, ["kind": "bill_parents", "dry_run": "true"])
            let done = try await hall.imported(sacks, ["kind": "bill_parents"])
            #expect(codes(done) == ["bill_not_found", "parent_not_found"])
            #expect(counts(done) == [5, 2, 1, 2] && counts(tried) == counts(done) && codes(tried) == codes(done))
            #expect(try await hall.number("SELECT linked_count FROM bills") == 2)
            let again = try await hall.imported(sacks, ["kind": "bill_parents"])
            #expect(counts(again) == [5, 0, 3, 2])
            try await hall.expectCountsAreRight()
        }
    }

    @Test("R35: with on_error=abort one error keeps everything from being written", arguments: TestEngine.available)
    func abort(_ engine: TestEngine) async throws {
        try await with(engine) { hall in
            let job = try await hall.imported(
                ImportTests.packing, ["kind": "packing", "area_code": "lucknow", "on_error": "abort"])
            #expect(job["state"] == "failed" && codes(job).first == "validation_errors")
            #expect(try await hall.number("SELECT count(*) FROM bags") == 0)
            let clean = try await hall.imported(
                "5500001\nSB65001", ["kind": "packing", "area_code": "lucknow", "on_error": "abort"])
            #expect(counts(clean) == [2, 2, 0, 0])
        }
    }

    @Test("R33: files are judged by their content, and refused before a job begins")
    func files() async throws {
        try await with(.sqlite) { hall in
            let image: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0]
            let strange = await hall.send(image, ["kind": "packing"])
            #expect(strange.status == 415 && strange.problemCode == "unsupported_file")
            let latin = await hall.send([0x63, 0x0A, 0xE9, 0x0A], ["kind": "packing"])
            #expect(latin.status == 415)
            let headless = await hall.send(Array("a,b\n1,2\n".utf8), ["kind": "bags"])
            #expect(headless.status == 422 && headless.problemCode == "missing_column")
            var writer = try XLSXWriter(name: "bags", columns: ["code"])
            let book = try writer.whole([["7000001"], ["SB67001"]])
            let cut = await hall.send(Array(book.dropLast(30)), ["kind": "packing"])
            #expect(cut.status == 415)
            let taken = await hall.send(book, ["kind": "packing", "area_code": "lucknow"])
            #expect(taken.status == 202)
            #expect(taken[header: "location"]?.hasPrefix("/bags/api/v1/jobs/") == true)
            try await hall.work()
            #expect(try await hall.number("SELECT count(*) FROM bags") == 2)
            let biller = try await hall.app.client("biller")
            #expect(await hall.send(book, ["kind": "packing"], as: biller).status == 403)
            let json = await hall.admin.post("/bags/api/v1/imports", ["kind": "packing"])
            #expect(json.status == 415)
        }
    }

    @Test("R33: a file beyond the limit comes back to the form, in one line with the limit")
    func tooLarge() async throws {
        try await withApp(settings: [(key: "bags.import_max_mib", value: "1")]) { app in
            let hall = try await ImportHall(app)
            let page = await hall.admin.get("/bags/imports")
            let boundary = "----portico7d3f"
            var body: [UInt8] = []
            for (name, value) in [
                ("_csrf", page.hiddenField("_csrf") ?? ""),
                ("idempotency_key", page.hiddenField("idempotency_key") ?? ""), ("kind", "bags"),
            ] {
                body += Array(
                    "--\(boundary)\r\ncontent-disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
            }
            let head = "content-disposition: form-data; name=\"file\"; filename=\"list.csv\""
            body += Array("--\(boundary)\r\n\(head)\r\n\r\n".utf8)
            body += [UInt8](repeating: 0x31, count: (1 << 20) + 1)
            let rest = "content-disposition: form-data; name=\"area_code\"\r\n\r\nhisar"
            body += Array("\r\n--\(boundary)\r\n\(rest)\r\n--\(boundary)--\r\n".utf8)
            let answer = await hall.admin.send(
                .post, "/bags/imports", ["content-type": "multipart/form-data; boundary=\(boundary)"], body: body)
            #expect(answer.status == 413)
            #expect(answer.text.contains("The file is larger than 1 MiB.") && answer.text.contains("id=\"f-file\""))
            #expect(answer.text.contains("<option value=\"hisar\" selected"))
            #expect(try await hall.number("SELECT count(*) FROM import_files") == 0)
            let api = await hall.send([UInt8](repeating: 0x31, count: (1 << 20) + 1), ["kind": "bags"])
            #expect(api.status == 413 && api.problemCode == "too_large")
        }
    }

    @Test("R36: the mail about an import that failed says why in words")
    func failureInWords() async throws {
        try await with(.sqlite) { hall in
            let text = "bill_code,capacity\nLKO 1,0\n"
            let job = try await hall.imported(text, ["kind": "bills", "area_code": "lucknow", "on_error": "abort"])
            #expect(job["state"] == "failed")
            let mails = hall.app.environment.mails
            let mail = try #require(
                try await hall.app.database.read { try mails.outbox(to: "admin@bags.demo", in: $0) }.first)
            #expect(mail.text.contains("Rows of it are wrong") && !mail.text.contains("validation_errors"))
            #expect(LetterWords.plain(mail.text).subtracting(LetterWords.seen(mail.html ?? "")) == [])
        }
    }

    @Test("R34: errors are listed and downloaded")
    func errors() async throws {
        try await with(.sqlite) { hall in
            let job = try await hall.imported(ImportTests.packing, ["kind": "packing", "area_code": "lucknow"])
            let url = try #require(job["result"]?["errors_url"]?.string)
            let list = await hall.admin.get("\(url)?limit=2")
            #expect(list.json["items"]?.elements?.count == 2)
            let cursor = try #require(list.json["next_cursor"]?.string)
            #expect(await hall.admin.get("\(url)?cursor=\(cursor)").json["items"]?.elements?.count == 1)
            for suffix in ["csv", "xlsx"] {
                let bytes = try await hall.admin.get("\(url).\(suffix)").whole()
                let reader = try TableFile(MemorySource(bytes)).reader()
                var rows = 0
                while try reader.next() != nil { rows += 1 }
                #expect(rows == 4)
            }
        }
    }

    @Test("R34: files of errors take the places of exports: a third at once is refused")
    func errorFiles() async throws {
        try await with(.sqlite) { hall in
            let job = try await hall.imported(ImportTests.packing, ["kind": "packing", "area_code": "lucknow"])
            let url = try #require(job["result"]?["errors_url"]?.string)
            var first: TestAnswer? = await hall.admin.get("\(url).csv")
            let second = await hall.admin.get("/bags/api/v1/exports/bags.csv")
            #expect(first?.status == 200 && second.status == 200)
            let third = await hall.admin.get("\(url).xlsx")
            #expect(third.status == 429 && third.problemCode == "too_many_running")
            first = nil
            // The place is given back behind the answer.
            while try await hall.number("SELECT count(*) FROM export_places") != 1 { await Task.yield() }
            #expect(await hall.admin.get("\(url).xlsx").status == 200)
            _ = try await second.whole()
        }
    }

    @Test("R35: a dry run knows what its earlier parts would have written", arguments: TestEngine.available)
    func dryParts(_ engine: TestEngine) async throws {
        try await with(engine) { hall in
            // More than a part of rows lies between the rows that belong together.
            let filler = (0..<1100).map { "\(6_500_000 + $0),," }
            let bags =
                ["code,parent_code,lot", "6400001,SB69001,", "6400002,,"] + filler
                + ["6400003,SB69001,", "6400001,SB69001,L7", "6400002,SB69001,", "6400001,SB69002,"]
                + (0..<29).map { "\(6_410_000 + $0),SB69001," }
            let fields: KeyValuePairs = ["kind": "bags", "area_code": "lucknow", "dry_run": "true"]
            let text = bags.joined(separator: "\n")
            let tried = try await hall.imported(text, fields)
            let done = try await hall.imported(text, ["kind": "bags", "area_code": "lucknow"])
            #expect(counts(tried) == counts(done) && codes(tried) == codes(done))
            #expect(codes(done) == ["duplicate_in_file", "parent_full", "parent_full"])
            let bills =
                ["bill_code,capacity,area_code"] + (0..<1100).map { "DRY \($0),2,lucknow" } + ["dry 0,2,lucknow"]
            let list = bills.joined(separator: "\n")
            let triedBills = try await hall.imported(list, ["kind": "bills", "dry_run": "true"])
            #expect(counts(triedBills) == [1101, 1100, 1, 0])
            let doneBills = try await hall.imported(list, ["kind": "bills"])
            #expect(counts(doneBills) == counts(triedBills))
            let sacks =
                ["bill_code,parent_code", "DRY 0,SB69001"] + (0..<1100).map { _ in "DRY 1,SB99999" }
                + ["DRY 1,SB69001", "DRY 0,SB69001"]
            let rows = sacks.joined(separator: "\n")
            let triedSacks = try await hall.imported(rows, ["kind": "bill_parents", "dry_run": "true"])
            let doneSacks = try await hall.imported(rows, ["kind": "bill_parents"])
            #expect(counts(triedSacks) == [1103, 1, 1, 1101] && counts(doneSacks) == counts(triedSacks))
        }
    }

    @Test("the pages lead from a dry run to the import")
    func pages() async throws {
        try await with(.sqlite) { hall in
            #expect(await hall.admin.get("/bags/imports").text.contains("Nothing imported yet"))
            _ = try await hall.imported(
                "7100001\nSB68001", ["kind": "packing", "dry_run": "true", "area_code": "lucknow"])
            let list = await hall.admin.get("/bags/imports")
            let id = try #require(list.text.split(separator: "/bags/imports/").dropFirst().first?.prefix { $0 != "\"" })
            let page = await hall.admin.get("/bags/imports/\(id)")
            #expect(page.text.contains("Every row can be taken") && page.text.contains("Import now"))
            let run = await hall.admin.submit("/bags/imports/\(id)/run", [:], from: page)
            #expect(run.status == 303)
            try await hall.work()
            #expect(try await hall.number("SELECT count(*) FROM bags") == 2)
            let done = await hall.admin.get(run[header: "location"] ?? "")
            #expect(done.text.contains("Imported"))
        }
    }
}
