import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// Signing in to a role with codes, by people who have a phone.
@Suite struct TextedFactorTests {
    private static let byMail: Office.Configure = { $0.secondFactors = ["packer": .mail] }

    @Test("sends the code to the confirmed phone instead of the mailbox, good once", arguments: TestEngine.available)
    func signIn(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine, configure: Self.byMail) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let client = try phones.post.client()
            #expect(await phones.post.signIn(client, password: "wrong").problemCode == "invalid_credentials")
            #expect(try await phones.texts().count == 1)
            let asked = await phones.post.signIn(client)
            #expect(asked.status == 401 && asked.problemCode == "second_factor_required")
            #expect(asked.json["method"] == "sms" && asked.json["phone_ending"] == "678")
            #expect(asked.json["detail"]?.string?.contains("your phone ending in 678") == true)
            #expect(!asked.text.contains("98123"))
            let sent = try await phones.texts()
            #expect(sent.count == 2 && sent[1].to == PhoneOffice.number)
            #expect(try await phones.post.mails("account.code").isEmpty)
            let code = try await phones.lastCode()
            #expect(await phones.post.signIn(client, code: code).status == 201)
            #expect(await client.get(PhoneOffice.path).json["used"] == true)
            let again = await phones.post.signIn(try phones.post.client(), code: code)
            #expect(again.problemCode == "invalid_second_factor")
        }
    }

    @Test("goes by mail as long as no phone is confirmed", arguments: TestEngine.available)
    func pending(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine, configure: Self.byMail) { phones in
            _ = try await phones.office.hire()
            let client = try phones.post.client()
            #expect(await phones.post.signIn(client).json["method"] == "mail")
            let code = try await phones.post.lastCode()
            let answer = await client.post(
                "/bags/api/v1/session",
                ["email": "asha@example.org", "password": .string(Office.password), "code": .string(code)])
            #expect(answer.status == 201)
            let begun = try #require(PhoneNumber(PhoneOffice.number))
            let account = try #require(
                try await phones.database.read {
                    try phones.identity.accounts.account(email: "asha@example.org", in: $0)
                })
            let now = phones.clock.now()
            try await phones.database.write { [store = phones.identity.phones] in
                try store.begin(begun, for: account, at: now, in: $0)
            }
            // A code for the one purpose is worth nothing for the other.
            let stranger = try phones.post.client()
            let wrong = await phones.post.signIn(stranger, code: try await phones.lastCode())
            #expect(wrong.problemCode == "invalid_second_factor")
            #expect(await phones.post.signIn(stranger).json["method"] == "mail")
        }
    }

    @Test("goes by mail again where no text messages are sent any more", arguments: TestEngine.available)
    func switchedOff(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine, configure: Self.byMail) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let node = phones.office.anotherNode { $0.texts = nil }
            let client = try phones.post.client(try phones.post.site(of: node))
            #expect(await phones.post.signIn(client).json["method"] == "mail")
            #expect(try await phones.texts().count == 1)
            let done = await phones.post.signIn(client, code: try await phones.post.lastCode())
            #expect(done.status == 201)
            let status = await client.get(PhoneOffice.path).json
            #expect(status["number"]?.string == PhoneOffice.hidden && status["used"] == false)
        }
    }

    @Test("goes by mail where the number does not open any more", arguments: TestEngine.available)
    func unreadable(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine, configure: Self.byMail) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            try await phones.database.write { transaction in
                try transaction.execute("test.broken", "UPDATE phones SET number = \([1, 2, 3] as [UInt8])")
            }
            #expect(await phones.post.signIn(try phones.post.client()).json["method"] == "mail")
        }
    }

    @Test("sends three codes in a quarter of an hour, by whatever way", arguments: TestEngine.available)
    func limit(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine, configure: Self.byMail) { phones in
            let account = try await phones.office.hire()
            let client = try phones.post.client()
            _ = await phones.post.signIn(client)
            try await phones.equip(account)
            for _ in 0..<2 { #expect(await phones.post.signIn(client).json["method"] == "sms") }
            let fourth = await phones.post.signIn(client)
            #expect(fourth.json["method"] == "sms")
            #expect(fourth.json["detail"]?.string?.contains("several codes already") == true)
            #expect(try await phones.texts().count == 3)
            #expect(try await phones.post.mails("account.code").count == 1)
            #expect(await phones.post.signIn(client, code: try await phones.lastCode()).status == 201)
        }
    }

    @Test("counts wrong codes as failures to sign in", arguments: TestEngine.available)
    func lockout(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine, configure: Self.byMail) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let client = try phones.post.client()
            _ = await phones.post.signIn(client)
            let code = try await phones.lastCode()
            for step in 1...5 {
                let answer = await phones.post.signIn(client, code: phones.wrong(code, step))
                #expect(answer.problemCode == "invalid_second_factor")
            }
            #expect(await phones.post.signIn(client, code: code).problemCode == "account_locked")
        }
    }

    @Test("asks whoever has an authenticator for its code, and nobody whose role takes none")
    func others() async throws {
        try await withPhoneOffice(on: .sqlite, configure: Self.byMail) { phones in
            let packer = try await phones.office.hire()
            try await phones.equip(packer)
            try await phones.database.write { transaction in
                try transaction.execute(
                    "test.factor", "UPDATE accounts SET has_second_factor = 1 WHERE id = \(packer.id)")
            }
            let asked = await phones.post.signIn(try phones.post.client())
            #expect(asked.problemCode == "second_factor_required" && asked.json["method"] == nil)
            let admin = try await phones.office.hire("ravi@example.org", role: "admin")
            try await phones.equip(admin, "+4915112345678")
            try await phones.post.client().signIn("ravi@example.org", Office.password, at: "/bags")
            #expect(try await phones.texts().count == 2)
        }
    }

    @Test("demands an authenticator where no mail is sent, text messages or not")
    func withoutMail() async throws {
        let configure: Office.Configure = {
            $0.secondFactors = ["packer": .mail]
            $0.mail = nil
        }
        try await withPhoneOffice(on: .sqlite, configure: configure) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let signedIn = try await TestClient(try phones.office.site()).signIn(
                "asha@example.org", Office.password, at: "/bags")
            #expect(signedIn.json["user"]?["permissions"] == .array([]))
            #expect(try await phones.texts().count == 1)
        }
    }

    @Test("asks for the code on the second page of signing in, with the last digits of the phone")
    func page() async throws {
        try await withPhoneOffice(on: .sqlite, configure: Self.byMail) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let client = TestClient(try phones.office.site())
            let form = await client.get("/bags/sign-in")
            let asked = await client.submit(
                "/bags/sign-in", ["email": "asha@example.org", "password": Office.password], from: form)
            #expect(asked.status == 303)
            let page = await client.get(asked[header: "location"] ?? "")
            #expect(page.text.contains("The six digits we have sent to your phone ending in 678."))
            #expect(page.text.contains("autocomplete=\"one-time-code\"") && page.text.contains("No message yet?"))
            #expect(!page.text.contains("recovery_code") && !page.text.contains("98123"))
            let code = try await phones.lastCode()
            let wrong = await client.submit("/bags/sign-in/code", ["code": phones.wrong(code)], from: page)
            #expect(wrong.status == 401 && wrong.text.contains("your phone ending in 678"))
            #expect(await client.submit("/bags/sign-in/code", ["code": code], from: page).status == 303)
        }
    }

    @Test("a ticket says how the code comes", arguments: [CodeWay.authenticator, .mail, .text(ending: "678")])
    func ticket(way: CodeWay) async throws {
        var demand = SignIn.codeRequired
        demand.members = way.members
        try await withOffice(on: .sqlite) { office in
            let seal = SecretSeal(key: Office.keys().secondFactors)
            let ticket = SecondStepTicket(
                try await office.hire(), SignInAttempt(email: "a@b", password: "x", address: "192.0.2.7"), demand,
                at: Office.started)
            #expect(ticket.way == way)
            #expect(SecondStepTicket(ticket.sealed(seal), seal, at: Office.started)?.way == way)
        }
    }
}
