import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What people are told about their data, and how they are forgotten.
@Suite struct PersonalDataRouteTests {
    private static let api = "/bags/api/v1"

    private func id(of name: String, in app: AppHarness) async throws -> Int64 {
        let id = try await app.database.read {
            try $0.scalar("test.id", "SELECT id FROM accounts WHERE email = \("\(name)@bags.demo")", as: Int64.self)
        }
        return try #require(id)
    }

    private func number(_ sql: SQL, in app: AppHarness) async throws -> Int {
        try await app.database.read { try $0.scalar("test.number", sql, as: Int.self) } ?? 0
    }

    private func audits(_ action: String, of id: Int64, in app: AppHarness) async throws -> Int {
        try await number(
            "SELECT count(*) FROM audit_rows WHERE action = \(action) AND entity_id = \(String(id))", in: app)
    }

    /// A dispatcher who has opened a sack, packed a bag and scanned rubbish.
    private func pack(_ app: AppHarness) async throws {
        let client = try await app.client("dispatcher")
        #expect(await client.post("\(Self.api)/scans/parent", ["code": "SB00001"]).status == 201)
        let child: JSONValue = ["parent": "SB00001", "code": "1234567", "device_id": "hall-2"]
        #expect(await client.post("\(Self.api)/scans/child", child).status == 201)
        let other: JSONValue = ["parent": "SB00001", "code": "1234567"]
        _ = await client.post("\(Self.api)/scans/child", other)
    }

    private func openBill(by id: Int64, in app: AppHarness) async throws {
        try await app.database.write { transaction in
            try transaction.execute(
                "test.bill",
                """
                INSERT INTO bills (code, code_key, state, area_code, capacity, created_by, created_at)
                VALUES ('LKO 1', 'LKO 1', 'open', 'lucknow', 10, \(id), \(AppHarness.start))
                """)
        }
    }

    @Test(
        "an administrator exports what is kept about a person, and that is written down",
        arguments: TestEngine.available)
    func export(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            try await pack(app)
            let id = try await id(of: "dispatcher", in: app)
            let admin = try await app.client("admin")
            let answer = await admin.get("\(Self.api)/users/\(id)/personal-data")
            #expect(answer.status == 200)
            #expect(answer[header: "content-type"] == "application/json")
            #expect(answer[header: "content-disposition"] == "attachment; filename=\"personal-data-\(id).json\"")
            #expect(answer[header: "cache-control"] == "no-store" && answer[header: "etag"] == nil)
            #expect(answer.json["account"]?["email"] == "dispatcher@bags.demo")
            #expect(answer.json["sessions"]?.elements?.count == 1)
            let part = try #require(answer.json["application"]?["bag_tracking"])
            #expect(part["profile"] == ["role": "dispatcher", "area_code": "lucknow"])
            let scans = try await number("SELECT count(*) FROM scans WHERE user_id = \(id)", in: app)
            #expect(scans >= 2 && part["scans"]?["count"] == .integer(Int64(scans)))
            #expect(part["scans"]?["bags"] == 2 && part["scans"]?["first_at"]?.string != nil)
            #expect(part["devices"] == ["hall-2"] && part["bills_created"] == 0)
            let kinds = part["scans_by_kind"]?.elements ?? []
            #expect(kinds.contains(["kind": "child", "outcome": "linked", "count": 1]))
            #expect(!answer.text.contains("argon2"))
            #expect(try await audits("account.exported", of: id, in: app) == 1)
        }
    }

    @Test("everybody exports their own data, and nobody else's", arguments: TestEngine.available)
    func own(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let id = try await id(of: "biller", in: app)
            let biller = try await app.client("biller")
            let answer = await biller.get("\(Self.api)/personal-data")
            #expect(answer.status == 200 && answer.json["account"]?["email"] == "biller@bags.demo")
            #expect(answer[header: "cache-control"] == "no-store")
            #expect(answer.json["application"]?["bag_tracking"]?["scans"]?["count"] == 0)
            #expect(try await audits("account.exported", of: id, in: app) == 1)
            let other = try await self.id(of: "dispatcher", in: app)
            #expect(await biller.get("\(Self.api)/users/\(other)/personal-data").status == 403)
            #expect(await biller.post("\(Self.api)/users/\(other)/erase").status == 403)
            #expect(await app.stranger().get("\(Self.api)/personal-data").status == 401)
        }
    }

    @Test("a key of a machine does not tell who owns it")
    func keys() async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            let wish: JSONValue = ["name": "Scale", "scope": "bag.read", "password": .string(AppHarness.password)]
            let key = try #require(await biller.post("\(Self.api)/api-keys", wish).json["key"]?.string)
            let answer = await app.stranger().get("\(Self.api)/personal-data", ["authorization": "Bearer \(key)"])
            #expect(answer.status == 403 && answer.problemCode == "api_key_not_accepted")
        }
    }

    @Test(
        "an erased person is out at once and nobody any more; scans and the trace stay", arguments: TestEngine.available
    )
    func erase(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            try await pack(app)
            let id = try await id(of: "dispatcher", in: app)
            let person = try await app.client("dispatcher")
            let scans = try await number("SELECT count(*) FROM scans WHERE user_id = \(id)", in: app)
            let admin = try await app.client("admin")
            let answer = await admin.post("\(Self.api)/users/\(id)/erase")
            #expect(answer.status == 200 && answer.json["id"] == .string(String(id)))
            #expect(answer.json["rows"]?["sessions"] == 2 && answer.json["rows"]?["bag_tracking"] == 1)
            #expect(await person.get("\(Self.api)/session").status == 401)
            let again = await app.stranger().post(
                "\(Self.api)/session", ["email": "dispatcher@bags.demo", "password": .string(AppHarness.password)])
            #expect(again.status == 401)
            let shown = await admin.get("\(Self.api)/users/\(id)").json
            #expect(shown["email"] == .string("erased-\(id)@erased.invalid") && shown["is_active"] == false)
            #expect(shown["name"] == .string("Erased person \(id)") && shown["area_code"] == .null)
            #expect(try await number("SELECT count(*) FROM scans WHERE user_id = \(id)", in: app) == scans)
            #expect(await admin.get("\(Self.api)/bags/1234567/history").status == 200)
            #expect(try await audits("account.erased", of: id, in: app) == 1)
        }
    }

    @Test(
        "an erasure leaves no mail to the person, and neither name nor address beside imports",
        arguments: TestEngine.available)
    func erasesTraces(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let id = try await id(of: "biller", in: app)
            _ = await app.stranger().post("\(Self.api)/password-reset", ["email": "biller@bags.demo"])
            #expect(try await number("SELECT count(*) FROM mails WHERE recipient = 'biller@bags.demo'", in: app) == 1)
            try await app.database.write { transaction in
                try transaction.execute(
                    "test.import",
                    """
                    INSERT INTO imports (job_id, file_id, file_name, kind, dry_run, on_error, user_id, user_name,
                        request_id, ip, created_at)
                    VALUES (900, 1, 'a.csv', 'packing', 0, 'skip', \(id), 'Bill', 'r', '192.0.2.7', 0)
                    """)
            }
            let admin = try await app.client("admin")
            let answer = await admin.post("\(Self.api)/users/\(id)/erase")
            #expect(answer.status == 200 && answer.json["rows"]?["bag_tracking"] == 3)
            #expect(try await number("SELECT count(*) FROM mails", in: app) == 0)
            let named = "user_name <> 'Erased person \(id)' OR ip <> ''"
            #expect(try await number("SELECT count(*) FROM imports WHERE \(SQL(trusted: named))", in: app) == 0)
        }
    }

    @Test("nobody erases the own account, somebody unknown, or what has changed since", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let own = try await id(of: "admin", in: app)
            #expect(await admin.post("\(Self.api)/users/\(own)/erase").problemCode == "own_account")
            #expect(await admin.post("\(Self.api)/users/999999/erase").problemCode == "user_not_found")
            #expect(await admin.get("\(Self.api)/users/999999/personal-data").problemCode == "user_not_found")
            let id = try await id(of: "gatekeeper", in: app)
            let stale = await admin.post("\(Self.api)/users/\(id)/erase", .object([]), ["if-match": "\"old\""])
            #expect(stale.status == 412 && stale.problemCode == "stale")
            let tag = try #require(await admin.get("\(Self.api)/users/\(id)")[header: "etag"])
            #expect(await admin.post("\(Self.api)/users/\(id)/erase", .object([]), ["if-match": tag]).status == 200)
            #expect(await admin.get("\(Self.api)/session").status == 200)
            #expect(try await number("SELECT count(*) FROM audit_rows WHERE action = 'account.erased'", in: app) == 1)
        }
    }

    @Test("nobody is erased whose bills are still being worked on", arguments: TestEngine.available)
    func openBills(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let id = try await id(of: "biller", in: app)
            try await openBill(by: id, in: app)
            let refused = await admin.post("\(Self.api)/users/\(id)/erase")
            #expect(refused.status == 409 && refused.problemCode == "has_open_bills" && refused.json["count"] == 1)
            _ = try await app.client("biller")
            try await app.database.write {
                _ = try $0.execute("test.away", "UPDATE bills SET state = 'cancelled' WHERE created_by = \(id)")
            }
            #expect(await admin.post("\(Self.api)/users/\(id)/erase").status == 200)
            #expect(try await number("SELECT count(*) FROM bills WHERE created_by = \(id)", in: app) == 1)
        }
    }

    @Test("of two administrators who erase each other, one is left", arguments: TestEngine.available)
    func lastAdministrator(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let made = await admin.post(
                "\(Self.api)/users",
                ["email": "second@bags.demo", "name": "Second", "role": "admin", "password": "Correct horse 12"])
            #expect(made.status == 201)
            let second = app.stranger()
            try await second.signIn("second@bags.demo", "Correct horse 12", at: "/bags")
            let ids = (first: try await id(of: "admin", in: app), second: try await id(of: "second", in: app))
            async let one = admin.post("\(Self.api)/users/\(ids.second)/erase").status
            async let other = second.post("\(Self.api)/users/\(ids.first)/erase").status
            let statuses = await [one, other]
            #expect(statuses.count { $0 == 200 } == 1, "\(statuses)")
            #expect(statuses.allSatisfy { $0 == 200 || $0 == 409 || $0 == 401 }, "\(statuses)")
            let left = try await number(
                "SELECT count(*) FROM accounts WHERE role = 'admin' AND is_active = 1", in: app)
            #expect(left == 1)
        }
    }
}
