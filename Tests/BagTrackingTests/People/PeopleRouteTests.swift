import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The routes about people as administrators meet them.
@Suite struct PeopleRouteTests {
    @Test("adds, lists, changes and deactivates", arguments: TestEngine.available)
    func people(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let made = await desk.send(
                .post, "users",
                [
                    "email": "nisha@bags.test", "name": "Nisha", "role": "dispatcher", "area_code": "akola",
                    "password": "Correct horse 12",
                ])
            #expect(made.status == 201)
            let id = try #require(made.json["id"]?.string)
            #expect(made[header: "location"] == "/bags/api/v1/users/\(id)")
            #expect(made.json["area_code"]?.string == "akola" && made.json["last_seen_at"]?.isNull == true)
            #expect(!made.text.contains("Correct"))
            let changed = await desk.send(.patch, "users/\(id)", ["role": "biller"])
            #expect(changed.status == 200 && changed.json["area_code"]?.isNull == true)
            #expect(await desk.send(.delete, "users/\(id)").status == 204)
            let list = await desk.get("users?limit=200", as: .admin)
            #expect(list.items("id").last == id)
            #expect(list.json["items"]?.elements?.last?["is_active"]?.bool == false)
            #expect(
                try await hall.auditActions() == ["user.created", "user.updated", "user.deactivated"])
            let secrets = try await hall.number(
                "SELECT count(*) FROM audit_rows WHERE coalesce(before, '') || coalesce(after, '') LIKE '%argon%'")
            #expect(secrets == 0)
        }
    }

    @Test(
        "names what is wrong with a new person",
        arguments: [
            ("email", "no address"), ("name", "   "), ("area_code", "atlantis"), ("password", "abc"), ("role", "king"),
        ])
    func wrong(field: String, value: String) async throws {
        try await withHall(on: .sqlite) { hall in
            let desk = try await ReadingDesk(hall)
            var body: JSONValue = [
                "email": "nisha@bags.test", "name": "Nisha", "role": "dispatcher", "area_code": "akola",
                "password": "Correct horse 12",
            ]
            body[field] = .string(value)
            let answer = await desk.send(.post, "users", body)
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?[0]?["field"]?.string == field)
        }
    }

    @Test("only administrators see people and the audit")
    func permissions() async throws {
        try await withHall(on: .sqlite) { hall in
            let desk = try await ReadingDesk(hall)
            for path in ["users", "audit", "audit/verify", "stats/verify"] {
                #expect(await desk.get(path, as: .biller).status == 403, "\(path)")
                #expect(await desk.get(path, as: .admin).status == 200, "\(path)")
            }
        }
    }
}
