import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The pages of administrators: people, settings, audit; and the dashboard.
@Suite struct OfficeFlowTests {
    @Test("an administrator adds, changes and deactivates a person", arguments: TestEngine.available)
    func people(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let blank = await admin.get("/bags/users/new")
            let made = await admin.submit(
                "/bags/users",
                [
                    "email": "new@bags.demo", "name": "Nisha <Rao>", "role": "dispatcher", "area_code": "hisar",
                    "password": "Correct horse 12",
                ], from: blank)
            #expect(made.status == 303)
            let list = await admin.get("/bags/users?done=added")
            #expect(list.text.contains("Nisha &lt;Rao&gt;"))
            let path = String(
                try #require(list.text.firstMatch(of: /<a href="(\/bags\/users\/[0-9]+)">Nisha/)).1)
            let person = app.stranger()
            try await person.signIn("new@bags.demo", "Correct horse 12", at: "/bags")
            #expect(await person.get("/bags/scan").status == 200)
            let moved = await admin.submit(
                path, ["name": "Nisha Rao", "role": "dispatcher", "area_code": "akola", "password": ""])
            #expect(moved.status == 303)
            #expect(await person.get("/bags/scan").status == 303)
            #expect(await admin.submit("\(path)/deactivate", [:]).status == 303)
            await #expect(throws: TestClientError.self) {
                try await person.signIn("new@bags.demo", "Correct horse 12", at: "/bags")
            }
        }
    }

    @Test(
        "a form about a person comes back with what is wrong, and without the password",
        arguments: [
            ("email", "no address", 422), ("name", "", 422), ("area_code", "", 422), ("area_code", "nowhere", 422),
            ("password", "abc", 422), ("role", "king", 422), ("email", "ADMIN@bags.demo", 409),
        ])
    func wrongPerson(field: String, typed: String, status: Int) async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            var fields = [
                "email": "new@bags.demo", "name": "Nisha Rao", "role": "dispatcher", "area_code": "hisar",
                "password": "Correct horse 12",
            ]
            fields[field] = typed
            let answer = await admin.submit(
                "/bags/users",
                [
                    "email": fields["email"] ?? "", "name": fields["name"] ?? "", "role": fields["role"] ?? "",
                    "area_code": fields["area_code"] ?? "", "password": fields["password"] ?? "",
                ])
            #expect(answer.status == status)
            #expect(answer.text.contains("role=\"alert\""))
            #expect(!answer.text.contains("Correct horse"))
            if field != "email" { #expect(answer.text.contains("value=\"new@bags.demo\"")) }
        }
    }

    @Test("nobody changes their own role or deactivates themselves")
    func ownAccount() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            let id = try #require(await admin.get("/bags/api/v1/session").json["user"]?["id"]?.string)
            let change = await admin.submit("/bags/users/\(id)", ["name": "Me", "role": "biller"])
            #expect(change.status == 409)
            #expect(change.text.contains("cannot change your own role"))
            let end = await admin.submit("/bags/users/\(id)/deactivate", [:])
            #expect(end.status == 409)
            #expect(end.text.contains("Not deactivated"))
        }
    }

    @Test("areas and product types are added, renamed and switched off")
    func settings() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            #expect(await admin.submit("/bags/settings/areas", ["code": "delhi", "name": "Delhi"]).status == 303)
            #expect(await admin.submit("/bags/settings/areas/delhi", ["name": "New Delhi"]).status == 303)
            let type: KeyValuePairs = [
                "code": "wheat", "name": "Wheat", "prefix": "WH", "digits": "6", "capacity": "20",
                "unit_weight_grams": "2000",
            ]
            #expect(await admin.submit("/bags/settings/product-types", type).status == 303)
            let page = await admin.get("/bags/settings?done=saved")
            #expect(page.text.contains("New Delhi"))
            #expect(page.text.contains("WH000001"))
            #expect(await (try app.client("biller")).get("/bags/scan").text.contains("New Delhi") == false)
        }
    }

    @Test(
        "a form of the settings comes back open, with what was typed",
        arguments: [
            ("areas", "code", "X", "area", 422), ("areas", "code", "lucknow", "area", 409),
            ("product-types", "digits", "many", "product", 422), ("product-types", "prefix", "SB", "product", 409),
            ("areas/lucknow", "name", "", "area-lucknow", 422), ("areas/nowhere", "name", "X", "", 404),
        ])
    func wrongSettings(path: String, field: String, typed: String, form: String, status: Int) async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            var fields = [
                "code": "wheat", "name": "Wheat", "prefix": "WH", "digits": "5", "capacity": "20",
                "unit_weight_grams": "2000",
            ]
            fields[field] = typed
            let answer = await admin.submit(
                "/bags/settings/\(path)",
                [
                    "code": fields["code"] ?? "", "name": fields["name"] ?? "", "prefix": fields["prefix"] ?? "",
                    "digits": fields["digits"] ?? "", "capacity": fields["capacity"] ?? "",
                    "unit_weight_grams": fields["unit_weight_grams"] ?? "",
                ])
            #expect(answer.status == status)
            guard status != 404 else { return }
            #expect(answer.text.contains("href=\"#\(form)-\(field)\""))
            #expect(answer.text.contains("value=\"\(typed)\""))
        }
    }

    @Test("the audit shows who changed what, and that its chain is whole")
    func audit() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            _ = await admin.submit("/bags/settings/areas", ["code": "delhi", "name": "Delhi <&>"])
            _ = try await AuditChain.extend(app.database)
            #expect(await admin.get("/bags/audit").text.contains("The chain is whole"))
            let page = await admin.get("/bags/audit?entity_type=area&verify=1")
            #expect(page.status == 200)
            #expect(page.text.contains("area.created"))
            #expect(page.text.contains("Delhi &lt;&amp;&gt;"))
            #expect(page.text.contains("The chain is whole"))
            #expect(await admin.get("/bags/audit?actor_id=x").text.contains("No such rows"))
            #expect(await admin.get("/bags/audit?to=never").status == 422)
        }
    }

    @Test("a changed row of the audit is a red banner, which stays without asking", arguments: TestEngine.available)
    func brokenChain(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            _ = await admin.submit("/bags/settings/areas", ["code": "delhi", "name": "Delhi"])
            try await chainAudit(of: app.database)
            try await app.database.write {
                try $0.execute("test.forge", "UPDATE audit_rows SET action = 'area.deleted'")
            }
            for page in ["/bags/audit", "/bags/audit?verify=1", "/bags/audit?entity_type=area"] {
                let text = await admin.get(page).text
                #expect(text.contains("The chain is broken") && text.contains("notice tone-bad"))
            }
        }
    }

    @Test("the dashboard counts what was scanned, and offers first steps on a new system")
    func dashboard() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            #expect(await client.get("/bags/").text.contains("To begin"))
            _ = await client.post("/bags/api/v1/scans/parent", ["code": "SB00001"])
            _ = await client.post("/bags/api/v1/scans/child", ["parent": "SB00001", "code": "1234567"])
            let page = await client.get("/bags/")
            #expect(!page.text.contains("To begin"))
            #expect(page.text.contains("area%3Alucknow"))
            #expect(page.text.contains("1234567"))
        }
    }

    @Test("hours of activity become the counts of today")
    func today() {
        let hours = [
            ActivityReader.Hour(hour: 9, kind: .child, outcome: "linked", count: 5),
            ActivityReader.Hour(hour: 10, kind: .child, outcome: "linked", count: 2),
            ActivityReader.Hour(hour: 10, kind: .child, outcome: "undone", count: 1),
            ActivityReader.Hour(hour: 10, kind: .child, outcome: "rejected", count: 3),
            ActivityReader.Hour(hour: 10, kind: .parent, outcome: "rejected", count: 9),
        ]
        let today = DashboardPage.Today(hours)
        #expect(today.linked == 6)
        #expect(today.undone == 1)
        #expect(today.rejected == 3)
        #expect(today.byHour[9] == 5)
        #expect(today.byHour[10] == 2)
    }
}
