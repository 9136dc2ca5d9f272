import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct PhoneRouteTests {
    @Test("adds a phone once the code was shown that was sent to it", arguments: TestEngine.available)
    func adds(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            let (client, other) = (try await phones.post.signedIn(), try await phones.post.signedIn())
            #expect(await client.get(PhoneOffice.path).json["number"] == .null)
            let begun = await phones.add(client)
            #expect(begun.status == 201 && begun[header: "location"] == PhoneOffice.path)
            #expect(begun.json["number"] == .null && begun.json["pending"]?.string == PhoneOffice.hidden)
            let sent = try await phones.texts()
            #expect(sent.map(\.to) == [PhoneOffice.number] && sent[0].accountID == account.id)
            #expect(sent[0].expiresAt == phones.clock.now() + .minutes(7))
            let code = try await phones.lastCode()
            let done = await phones.confirm(client, code)
            #expect(done.status == 200 && done.json["number"]?.string == PhoneOffice.hidden)
            #expect(done.json["pending"] == .null && done.json["available"] == true && done.json["used"] == false)
            #expect(await client.get(PhoneOffice.path).json == done.json)
            #expect(await other.get(PhoneOffice.path).status == 401)
            #expect(await phones.confirm(client, code).status == 422)
            #expect(try await phones.post.actions() == ["account.phone_added"])
            let mail = try #require(try await phones.post.mails("account.phone_added").first)
            #expect(mail.to == "asha@example.org" && mail.text.contains("678") && !mail.text.contains("98123"))
        }
    }

    @Test("tells the whole number to nobody: no answer, no audit, no mail", arguments: TestEngine.available)
    func hides(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            _ = try await phones.office.hire()
            let client = try await phones.post.signedIn()
            var answers = [await phones.add(client)]
            answers.append(await phones.confirm(client, try await phones.lastCode()))
            answers.append(await client.get(PhoneOffice.path))
            answers.append(await phones.remove(client))
            let audit = try await phones.database.read {
                try $0.all("test.audit", "SELECT coalesce(before, '') || coalesce(after, '') FROM audit_rows") {
                    try String.read($0, 0)
                }
            }
            #expect(audit.count == 2)
            let mails = try await phones.post.mails()
            let told = answers.map(\.text) + audit + mails.map(\.text)
            #expect(told.allSatisfy { !$0.contains("98123") && !$0.contains("45678") })
        }
    }

    @Test(
        "refuses what is no number, names the field and sends nothing",
        arguments: ["98123 45678", "+12", "+0123456789", "+1234567890123456", "call me"])
    func number(typed: String) async throws {
        try await withPhoneOffice(on: .sqlite) { phones in
            _ = try await phones.office.hire()
            let answer = await phones.add(try await phones.post.signedIn(), typed)
            #expect(answer.status == 422 && answer.json["errors"]?[0]?["field"] == "number")
            #expect(answer.json["errors"]?[0]?["code"] == "invalid_phone")
            #expect(try await phones.office.count("phones") == 0)
            #expect(try await phones.texts().isEmpty)
        }
    }

    @Test("wants the password to add and to remove, and counts wrong ones", arguments: TestEngine.available)
    func password(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let client = try await phones.post.signedIn()
            for _ in 0..<2 {
                for answer in [
                    await phones.add(client, "+4915112345678", password: "wrong"),
                    await phones.remove(client, password: "wrong"),
                ] {
                    #expect(answer.status == 422 && answer.json["errors"]?[0]?["field"] == "password")
                }
            }
            #expect(await phones.remove(client, password: "wrong").status == 422)
            #expect(await phones.remove(client).problemCode == "account_locked")
            #expect(try await phones.texts().count == 1)
            #expect(try await phones.standing(account).number?.text == PhoneOffice.number)
        }
    }

    @Test("takes five tries, and then not the right code either", arguments: TestEngine.available)
    func tries(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            let client = try await phones.post.signedIn()
            _ = await phones.add(client)
            let code = try await phones.lastCode()
            for step in 1...5 {
                let answer = await phones.confirm(client, phones.wrong(code, step))
                #expect(answer.status == 422 && answer.json["errors"]?[0]?["code"] == "wrong_code")
            }
            #expect(await phones.confirm(client, code).status == 422)
            #expect(try await phones.standing(account).number == nil)
            _ = await phones.add(client)
            #expect(await phones.confirm(client, try await phones.lastCode()).status == 200)
        }
    }

    @Test(
        "sends three codes in a quarter of an hour, and changes nothing at the fourth",
        arguments: TestEngine.available)
    func limit(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            let client = try await phones.post.signedIn()
            for _ in 0..<3 { #expect(await phones.add(client).status == 201) }
            let fourth = await phones.add(client, "+4915112345678")
            #expect(fourth.status == 429 && fourth.problemCode == "too_many_codes")
            #expect(fourth[header: "retry-after"] == "900")
            #expect(try await phones.texts().count == 3)
            // The code that was sent to the first number must not confirm the other.
            #expect(await phones.confirm(client, try await phones.lastCode()).status == 200)
            #expect(try await phones.standing(account).number?.text == PhoneOffice.number)
            phones.clock.advance(by: .minutes(15))
            #expect(await phones.add(client, "+4915112345678").status == 201)
        }
    }

    @Test("sends one number five codes an hour, whoever asks for them", arguments: TestEngine.available)
    func numberLimit(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let number = try #require(PhoneNumber(PhoneOffice.number))
            let people = [try await phones.office.hire(), try await phones.office.hire("ravi@example.org")]
            let now = phones.clock.now()
            for index in 0..<5 {
                try await phones.database.write { [store = phones.identity.phones] in
                    try store.begin(number, for: people[index % 2], at: now, in: $0)
                }
            }
            let refusal = try await problem {
                try await phones.database.write { [store = phones.identity.phones] in
                    try store.begin(number, for: people[1], at: now, in: $0)
                }
            }
            #expect(refusal?.code == "too_many_codes" && refusal?.headers["retry-after"] == "3600")
            #expect(try await phones.texts().count == 5)
        }
    }

    @Test("forgets a number whose code was not shown in time", arguments: TestEngine.available)
    func expiry(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            let client = try await phones.post.signedIn()
            _ = await phones.add(client)
            let code = try await phones.lastCode()
            phones.clock.advance(by: .minutes(7))
            #expect(await phones.confirm(client, code).status == 422)
            #expect(await client.get(PhoneOffice.path).json["pending"] == .null)
            _ = try await phones.identity.purge(at: phones.clock.now())
            #expect(try await phones.office.count("phones") == 0)
            phones.clock.advance(by: .minutes(15))
            try await phones.equip(account)
            #expect(await phones.add(client, "+4915112345678").status == 201)
            phones.clock.advance(by: .minutes(7))
            _ = try await phones.identity.purge(at: phones.clock.now())
            let kept = try await phones.sealed(account)
            #expect(kept.number != nil && kept.pending == nil)
        }
    }

    @Test("goes on with the number there is until the other one is confirmed", arguments: TestEngine.available)
    func change(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let client = try await phones.post.signedIn()
            let begun = await phones.add(client, "+4915112345999")
            #expect(begun.json["number"]?.string == PhoneOffice.hidden)
            #expect(begun.json["pending"]?.string == "+49 •••• 999")
            #expect(await phones.confirm(client, try await phones.lastCode()).json["number"]?.string == "+49 •••• 999")
            #expect(try await phones.standing(account).pending == nil)
        }
    }

    @Test("removes the phone, ends the other sessions and forgets the codes under way", arguments: TestEngine.available)
    func removes(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let (client, other) = (try await phones.post.signedIn(), try await phones.post.signedIn())
            let now = phones.clock.now()
            try await phones.database.write { [store = phones.identity.phones] in
                _ = try store.sendCode(for: .signIn, to: account, at: now, in: $0)
            }
            #expect(await phones.remove(client).status == 204)
            #expect(try await phones.office.count("phones") == 0)
            #expect(try await phones.office.count("mail_codes") == 0)
            #expect(await client.get(PhoneOffice.path).json["number"] == .null)
            #expect(await other.get(PhoneOffice.path).status == 401)
            #expect(try await phones.post.mails("account.phone_removed").count == 1)
            #expect(try await phones.post.actions() == ["account.phone_removed"])
            #expect(await phones.remove(client).status == 204)
            #expect(try await phones.post.actions() == ["account.phone_removed"])
        }
    }

    @Test("lets one of thirty confirm with the same code", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            let client = try await phones.post.signedIn()
            _ = await phones.add(client)
            let code = try await phones.lastCode()
            let now = phones.clock.now()
            let winners = try await thirtyAtOnce { _ in
                try await phones.database.write { [store = phones.identity.phones] in
                    try store.confirm(code, of: account, at: now, in: $0) != nil
                }
            }
            #expect(winners == 1)
        }
    }

    @Test("is no business of a key of a machine")
    func keys() async throws {
        try await withPhoneOffice(on: .sqlite) { phones in
            _ = try await phones.office.hire()
            let client = try await phones.post.signedIn()
            let wish: JSONValue = ["name": "Scale", "scope": "bag.read", "password": .string(Office.password)]
            let key = try #require(await client.post("/bags/api/v1/api-keys", wish).json["key"]?.string)
            let machine = try phones.post.client()
            let headers: Headers = ["authorization": "Bearer \(key)"]
            #expect(await machine.get(PhoneOffice.path, headers).problemCode == "api_key_not_accepted")
            let body: JSONValue = [
                "number": .string(PhoneOffice.number), "password": .string(Office.password), "code": "123456",
            ]
            for path in [PhoneOffice.path, "\(PhoneOffice.path)/confirm"] {
                #expect(await machine.post(path, body, headers).problemCode == "api_key_not_accepted")
            }
            #expect(try await phones.texts().isEmpty)
        }
    }

    @Test("says that no text messages are sent, where none are", arguments: TestEngine.available)
    func closed(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine, configure: { $0.texts = nil }) { phones in
            _ = try await phones.office.hire()
            let client = try await phones.post.signedIn()
            #expect(await phones.add(client).problemCode == "texts_not_sent")
            #expect(await client.get(PhoneOffice.path).json["available"] == false)
            #expect(await phones.remove(client).status == 204)
            #expect(try await phones.office.count("phones") == 0)
        }
    }
}
