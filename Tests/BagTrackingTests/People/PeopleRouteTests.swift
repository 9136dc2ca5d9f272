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

    @Test(
        "an area that is taken away by null or by nothing is missed by who needs one", arguments: TestEngine.available)
    func nullArea(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            for body: JSONValue in [
                ["area_code": .null], ["area_code": ""], ["area_code": .null, "role": "gatekeeper"],
            ] {
                let made = await desk.send(.post, "users", person(role: "dispatcher", area: "akola"))
                let id = try #require(made.json["id"]?.string)
                let answer = await desk.send(.patch, "users/\(id)", body)
                #expect(answer.status == 422, "\(body)")
                #expect(answer.json["errors"]?[0]?["field"] == "area_code")
                #expect(await desk.get("users/\(id)", as: .admin).json["area_code"] == "akola")
                let freed = await desk.send(.patch, "users/\(id)", ["area_code": .null, "role": "biller"])
                #expect(freed.status == 200 && freed.json["area_code"] == .null)
            }
        }
    }

    @Test("shows one person, and says when there is none", arguments: TestEngine.available)
    func onePerson(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let made = await desk.send(.post, "users", person(role: "dispatcher", area: "akola"))
            let id = try #require(made.json["id"]?.string)
            let shown = await desk.get("users/\(id)", as: .admin)
            #expect(shown.status == 200)
            #expect(shown.bytes == made.bytes)
            #expect(shown[header: "etag"] != nil && shown[header: "cache-control"] == "private, no-cache")
            #expect(await desk.get("users/999999", as: .admin).problemCode == "user_not_found")
            #expect(await desk.get("users/x", as: .admin).status == 404)
            #expect(await desk.get("users/\(id)", as: .biller).status == 403)
        }
    }

    @Test("changes and deactivates a person only as the caller has seen them", arguments: TestEngine.available)
    func preconditions(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let made = await desk.send(.post, "users", person(role: "dispatcher", area: "akola"))
            let path = "users/\(try #require(made.json["id"]?.string))"
            let old = try #require(await desk.get(path, as: .admin)[header: "etag"])
            let changed = await desk.send(.patch, path, ["name": "Nisha Rao"], ifMatch: old)
            #expect(changed.status == 200)
            #expect(changed.bytes == (await desk.get(path, as: .admin)).bytes)
            let stale = await desk.send(.patch, path, ["name": "Somebody"], ifMatch: old)
            #expect(stale.status == 412 && stale.problemCode == "stale")
            #expect(await desk.send(.delete, path, ifMatch: old).status == 412)
            #expect(try await hall.auditActions() == ["user.created", "user.updated"])
            let new = try #require(await desk.get(path, as: .admin)[header: "etag"])
            #expect(await desk.send(.delete, path, ifMatch: "\"other\", \(new)").status == 204)
            #expect(await desk.send(.patch, "users/999999", ["name": "X"], ifMatch: old).status == 404)
        }
    }

    @Test("of many who change what all have seen, one does", arguments: TestEngine.available)
    func oneEditWins(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let made = await desk.send(.post, "users", person(role: "dispatcher", area: "akola"))
            let path = "users/\(try #require(made.json["id"]?.string))"
            let tag = try #require(await desk.get(path, as: .admin)[header: "etag"])
            let statuses = await withTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        await desk.send(.patch, path, ["name": .string("Name \(number)")], ifMatch: tag).status
                    }
                }
                return await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200] + [Int](repeating: 412, count: 7))
        }
    }

    private func person(role: String, area: String) -> JSONValue {
        [
            "email": .string("\(UUIDv7(at: PackingHall.start))@bags.test"), "name": "Nisha", "role": .string(role),
            "area_code": .string(area), "password": "Correct horse 12",
        ]
    }
}
