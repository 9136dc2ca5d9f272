import Foundation
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What passwords must be beyond the rules of the house is the operator's to say.
@Suite struct PasswordSettingTests {
    private static let api = "/bags/api/v1"
    private static let new = "Violin-tractor-9"

    private func change(_ client: TestClient, from current: String, to new: String) async -> TestAnswer {
        await client.post(
            "\(Self.api)/password", ["current_password": .string(current), "new_password": .string(new)])
    }

    private func code(_ answer: TestAnswer) -> String? {
        answer.status == 422 ? answer.json["errors"]?[0]?["code"]?.string : nil
    }

    @Test("the password before does not come again, unless the operator lets it", arguments: TestEngine.available)
    func former(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            #expect(await change(biller, from: AppHarness.password, to: Self.new).status == 204)
            #expect(await code(change(biller, from: Self.new, to: AppHarness.password)) == "used_before")
        }
        try await withApp(on: engine, settings: [(key: "bags.former_passwords", value: "0")]) { app in
            let biller = try await app.client("biller")
            #expect(await change(biller, from: AppHarness.password, to: Self.new).status == 204)
            #expect(await change(biller, from: Self.new, to: AppHarness.password).status == 204)
        }
    }

    @Test(
        "a password that has ended leaves the page of the account, and its owner works on with a new one",
        arguments: TestEngine.available)
    func ended(engine: TestEngine) async throws {
        try await withApp(on: engine, settings: [(key: "bags.password_days", value: "1")]) { app in
            let before = try await app.client("biller")
            #expect(await before.get("/bags/").status == 200)
            app.clock.advance(by: .days(1))
            let biller = try await app.client("biller")
            #expect(await biller.get("\(Self.api)/session").json["password_expired"] == true)
            let refused = await biller.get("/bags/")
            #expect(refused.status == 403 && refused.text.contains("Your password has ended."))
            #expect(refused.text.contains("href=\"/bags/account\"") && !refused.text.contains("ask your administrator"))
            let page = await biller.get("/bags/account")
            #expect(page.status == 200 && page.text.contains("Your password has ended"))
            #expect(await biller.get("\(Self.api)/bills").status == 403)
            #expect(await change(biller, from: AppHarness.password, to: Self.new).status == 204)
            #expect(await biller.get("/bags/").status == 200)
            #expect(await biller.get("\(Self.api)/bills").status == 200)
        }
    }

    @Test("what the operator's list names nobody gets, whoever chooses it", arguments: TestEngine.available)
    func refused(engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.file("passwords.txt")
        try "other\nVIOLIN-tractor-9\n".write(toFile: path, atomically: true, encoding: .utf8)
        try await withApp(on: engine, settings: [(key: "bags.refused_passwords_file", value: path)]) { app in
            let admin = try await app.client("admin")
            #expect(await code(change(admin, from: AppHarness.password, to: Self.new)) == "too_common")
            let person: JSONValue = [
                "email": "nisha@bags.demo", "name": "Nisha", "role": "biller", "password": .string(Self.new),
            ]
            let made = await admin.post("\(Self.api)/users", person)
            #expect(code(made) == "too_common" && made.json["errors"]?[0]?["field"] == "password")
            let id = try await app.database.read {
                try $0.scalar("test.id", "SELECT id FROM accounts WHERE email = 'biller@bags.demo'", as: Int64.self)
            }
            let other = try #require(id)
            #expect(
                await code(admin.patch("\(Self.api)/users/\(other)", ["password": .string(Self.new)])) == "too_common")
            let typed = await admin.submit(
                "/bags/users",
                [
                    "email": "nisha@bags.demo", "name": "Nisha", "role": "biller", "area_code": "",
                    "password": Self.new,
                ])
            #expect(typed.status == 422 && typed.text.contains("is one of the passwords that are guessed first"))
            let retyped = await admin.submit(
                "/bags/users/\(other)", ["name": "B", "role": "biller", "area_code": "", "password": Self.new])
            #expect(retyped.status == 422 && retyped.text.contains("is one of the passwords that are guessed first"))
            let first = NewPerson(
                email: "boss@bags.demo", name: "Boss", role: "admin", password: Secret(Self.new))
            await #expect(throws: Problem.self) { try await app.application.enrol(first, app.environment) }
        }
    }

    @Test("a list that is not there stops the start with one line")
    func missing() async throws {
        await #expect(throws: Settings.Mistake.self) {
            try await withApp(settings: [(key: "bags.refused_passwords_file", value: "no/such/list.txt")]) { _ in }
        }
    }
}
