import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What the export of a person lists of what they did here, and of the mails to them.
@Suite struct PersonalDataExportTests {
    private static let api = "/bags/api/v1"

    private func id(of name: String, in app: AppHarness) async throws -> Int64 {
        let id = try await app.database.read {
            try $0.scalar("test.id", "SELECT id FROM accounts WHERE email = \("\(name)@bags.demo")", as: Int64.self)
        }
        return try #require(id)
    }

    private func scan(_ client: TestClient, _ serials: ClosedRange<Int>) async {
        let sack: JSONValue = ["code": "SB00001", "area_code": "lucknow"]
        #expect(await client.post("\(Self.api)/scans/parent", sack).status == 201)
        for serial in serials {
            let bag: JSONValue = ["parent": "SB00001", "code": .string("\(serial)"), "device_id": "hall-2"]
            #expect(await client.post("\(Self.api)/scans/child", bag).status == 201)
        }
    }

    @Test(
        "everybody is told of their scans, bills, imports and mails, and of mails not what they say",
        arguments: TestEngine.available)
    func lists(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let fields: KeyValuePairs = ["kind": "packing", "area_code": "lucknow"]
            _ = try await hall.imported("code\n5000001\n12\nSB62001", fields)
            await scan(hall.admin, 1_234_567...1_234_567)
            let bill: JSONValue = ["code": "LKO 1", "capacity": 5, "area_code": "lucknow"]
            #expect(await hall.admin.post("\(Self.api)/bills", bill).status == 201)
            _ = await app.stranger().post("\(Self.api)/password-reset", ["email": "admin@bags.demo"])
            let answer = await hall.admin.get("\(Self.api)/personal-data")
            let part = try #require(answer.json["application"]?["bag_tracking"])

            let newest = try #require(part["scans"]?["newest"]?.elements)
            #expect(newest.map { $0["code"]?.string } == ["1234567", "SB00001"])
            #expect(newest[0]["parent_code"] == "SB00001" && newest[0]["kind"] == "child")
            #expect(newest[0]["outcome"] == "linked" && newest[0]["device_id"] == "hall-2")
            #expect(newest[0]["recorded_at"] == .string(app.clock.now().rfc3339) && newest[0]["undone_at"] == .null)
            #expect(part["scans"]?["count"] == 2 && part["scans"]?["newest_are_all"] == true)

            #expect(part["bills_created"] == 1 && part["bills"]?[0]?["code"] == "LKO 1")
            #expect(part["bills"]?[0]?["state"] == "open" && part["bills"]?[0]?["dispatched_at"] == .null)

            let imported = try #require(part["imports"]?[0])
            #expect(imported["file_name"] == "list.csv" && imported["kind"] == "packing")
            #expect(imported["outcome"] == "succeeded" && imported["ip"] == "192.0.2.10")
            #expect(imported["rows_done"] == 3 && imported["rows_ok"] == 2 && imported["rows_rejected"] == 1)

            let mails = try #require(part["mails"]?.elements)
            #expect(
                mails.map { $0["subject"]?.string }
                    == ["Choose a new password for Bag tracking", "Import finished: list.csv"])
            #expect(mails.allSatisfy { $0["state"] == "queued" && $0["sent_at"] == .null })
            #expect(mails[0]["queued_at"] == .string(app.clock.now().rfc3339))
            #expect(Set(mails[0].members?.map(\.key) ?? []) == ["subject", "state", "queued_at", "sent_at", "reply"])
            #expect(!answer.text.contains("token="))
        }
    }

    @Test("nobody is told of what others did, and of mails to others", arguments: TestEngine.available)
    func others(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let hall = try await ImportHall(app)
            let fields: KeyValuePairs = ["kind": "packing", "area_code": "lucknow"]
            _ = try await hall.imported("code\n5000001\nSB62001", fields)
            await scan(hall.admin, 1_234_567...1_234_567)
            let biller = try await app.client("biller")
            let told = await biller.get("\(Self.api)/personal-data").json["application"]?["bag_tracking"]
            let part = try #require(told)
            for member in ["bills", "imports", "mails", "text_messages"] {
                #expect(part[member] == .array([]), "\(member)")
            }
            #expect(part["scans"]?["newest"] == .array([]) && part["scans"]?["newest_are_all"] == true)
        }
    }

    @Test(
        "of many scans the newest are listed, with how many there are and where all are",
        arguments: TestEngine.available)
    func newest(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            await scan(admin, 1_234_567...1_234_569)
            let id = try await id(of: "admin", in: app)
            let identity = BagTrackingParts.identity(app.environment, roles: app.application.roles)
            let data = BagPersonalData(
                accounts: identity.accounts, mails: app.environment.mails, texts: app.environment.texts,
                jobs: app.environment.jobs, most: 2)
            let told = try await app.database.read { try data.document(of: id, in: $0) }
            let scans = try #require(told["scans"])
            #expect(scans["count"] == 4 && scans["newest_are_all"] == false)
            #expect(scans["newest"]?.elements?.map { $0["code"]?.string } == ["1234569", "1234568"])
            let places = scans["all_at"]?.elements?.compactMap { $0.string } ?? []
            #expect(places.count == 2)
            for place in places {
                let answer = await admin.get(place)
                let text = String(decoding: try await answer.whole(), as: UTF8.self)
                #expect(answer.status == 200 && text.contains("1234567") && text.contains("1234569"), "\(place)")
            }
        }
    }
}
