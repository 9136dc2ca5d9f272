import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SecondFactorPageTests {
    private static let path = AccountVisitor.factorPath

    private func withEnrolled(
        on engine: TestEngine, _ body: (Office, AccountVisitor, OwnersPhone, TestAnswer) async throws -> Void
    ) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let enrolled = try await visitor.enrol(account)
            try await body(office, visitor, enrolled.phone, enrolled.page)
        }
    }

    private func begin(_ visitor: AccountVisitor, _ password: String = Office.password) async -> TestAnswer {
        await visitor.submit(Self.path, ["password": password], on: Self.path)
    }

    @Test("shows the secret as a QR code, as a link and for typing, once", arguments: TestEngine.available)
    func enrolment(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let visitor = try await AccountVisitor(office)
            #expect(await visitor.client.get(AccountVisitor.path).text.contains("Set up two-step sign-in"))
            let page = await begin(visitor)
            #expect(page.status == 200 && page[header: "cache-control"] == "no-store")
            let secret = Base32.encode(try await OwnersPhone(of: account, office).secret)
            #expect(page.text.contains("<svg class=\"qr\"") && page.text.contains("role=\"img\""))
            #expect(
                page.text.contains("href=\"otpauth://totp/bags:asha%40example.org?secret=\(secret)&amp;issuer=bags"))
            let groups = stride(from: 0, to: 32, by: 4).map { String(Array(secret)[$0..<$0 + 4]) }
            #expect(page.text.contains(">\(groups.joined(separator: " "))</p>"))
            #expect(page.text.contains("autocomplete=\"one-time-code\"") && page.text.contains("inputmode=\"numeric\""))
            #expect(await !visitor.client.get(Self.path).text.contains(secret))
            #expect(try await office.audited().isEmpty)
        }
    }

    @Test("wants the password to begin", arguments: TestEngine.available)
    func wrongPassword(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let missing = await begin(visitor, "")
            #expect(missing.status == 422 && missing.text.contains("Enter your password."))
            for _ in 0..<5 {
                let wrong = await begin(visitor, "wrong")
                #expect(wrong.status == 422)
                #expect(wrong.text.contains("<a href=\"#enrol-password\">That is not your password.</a>"))
            }
            #expect(await begin(visitor).status == 429)
            #expect(try await office.count("second_factors") == 0)
        }
    }

    @Test("shows the same secret again after a wrong code", arguments: TestEngine.available)
    func wrongCode(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let begun = await begin(visitor)
            let secret = try #require(begun.hiddenField("secret"))
            let phone = try await OwnersPhone(of: account, office)
            let wrong = await visitor.client.submit(
                Self.path + "/confirm", ["code": phone.wrongCode, "secret": secret], from: begun)
            #expect(wrong.status == 422 && wrong.hiddenField("secret") == secret)
            #expect(wrong.text.contains("<svg class=\"qr\""))
            #expect(wrong.text.contains("<a href=\"#f-code\">The code is wrong or was used before."))
            let empty = await visitor.client.submit(Self.path + "/confirm", ["secret": secret], from: begun)
            #expect(empty.status == 422 && empty.text.contains("Enter the code."))
            let done = await visitor.client.submit(
                Self.path + "/confirm", ["code": phone.code, "secret": secret], from: wrong)
            #expect(done.status == 200)
        }
    }

    @Test("tells a secret to nobody who does not know it, nor one that was replaced", arguments: TestEngine.available)
    func unknownSecret(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let first = await begin(visitor)
            let secret = try #require(first.hiddenField("secret"))
            let second = try #require(await begin(visitor).hiddenField("secret"))
            let code = try await OwnersPhone(of: account, office).wrongCode
            for known in [secret, "", "<b>"] {
                let answer = await visitor.client.submit(
                    Self.path + "/confirm", ["code": code, "secret": known], from: first)
                #expect(answer.status == 422 && answer.text.contains("This set-up no longer counts."))
                #expect(!answer.text.contains(second) && !answer.text.contains("<svg class=\"qr\""))
            }
        }
    }

    @Test(
        "turns it on with a code, ends the other sessions, and shows ten recovery codes",
        arguments: TestEngine.available)
    func confirmation(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let (mine, other) = (try await AccountVisitor(office), try await AccountVisitor(office))
            let page = try await mine.enrol(account).page
            let codes = AccountVisitor.codes(page)
            #expect(codes.count == 10 && Set(codes).count == 10)
            #expect(page[header: "cache-control"] == "no-store")
            #expect(page.text.contains("download=\"recovery-codes.txt\"") && page.text.contains("%0D%0A\(codes[9])"))
            #expect(page.text.contains("id=\"f-kept\" required"))
            #expect(await !other.isSignedIn)
            let account2 = await mine.client.get("/bags/account?done=enabled")
            #expect(account2.text.contains("Two-step sign-in is on") && account2.text.contains("You have 10 recovery"))
            #expect(!account2.text.contains(codes[0]))
            #expect(try await office.audited() == ["account.second_factor_enabled"])
        }
    }

    @Test("shows the same recovery codes for a double click", arguments: TestEngine.available)
    func doubleClick(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let begun = await begin(visitor)
            let fields: KeyValuePairs = [
                "code": try await OwnersPhone(of: account, office).code,
                "idempotency_key": begun.hiddenField("idempotency_key") ?? "",
            ]
            let first = await visitor.client.submit(Self.path + "/confirm", fields, from: begun)
            let second = await visitor.client.submit(Self.path + "/confirm", fields, from: begun)
            #expect(first.status == 200 && AccountVisitor.codes(first).count == 10)
            #expect(AccountVisitor.codes(second) == AccountVisitor.codes(first))
            let kept = try await office.database.read {
                try $0.all("test.answers", "SELECT answer FROM idempotency_keys") { try [UInt8].read($0, 0) }
            }
            let code = try #require(AccountVisitor.codes(first).first)
            #expect(!kept.isEmpty && kept.allSatisfy { !String(decoding: $0, as: UTF8.self).contains(code) })
        }
    }

    @Test("says that there is one already instead of adding another", arguments: TestEngine.available)
    func active(engine: TestEngine) async throws {
        try await withEnrolled(on: engine) { _, visitor, _, _ in
            let answer = await begin(visitor)
            #expect(answer.status == 409 && answer.text.contains("There is an authenticator already."))
            let page = await visitor.client.get(Self.path)
            #expect(page.text.contains("New recovery codes") && !page.text.contains(">Begin<"))
        }
    }

    @Test("gives new recovery codes for password and code", arguments: TestEngine.available)
    func renewal(engine: TestEngine) async throws {
        try await withEnrolled(on: engine) { office, visitor, phone, first in
            let page = await visitor.submit(
                Self.path + "/recovery-codes", ["password": Office.password, "code": phone.code], on: Self.path)
            let codes = AccountVisitor.codes(page)
            #expect(page.status == 200 && codes.count == 10)
            #expect(Set(codes).isDisjoint(with: AccountVisitor.codes(first)))
            #expect(page.text.contains("The old ones are worth nothing now."))
            let old = await visitor.submit(
                Self.path + "/recovery-codes",
                ["password": Office.password, "recovery_code": AccountVisitor.codes(first)[0]], on: Self.path)
            #expect(old.status == 422 && old.text.contains("<a href=\"#renew-recovery_code\">The code is wrong"))
            let last = try await office.audited().last
            #expect(last == "account.recovery_codes_renewed")
        }
    }

    @Test("refuses what needs password and code at the field that is wrong", arguments: ["recovery-codes", "remove"])
    func proofs(_ path: String) async throws {
        try await withEnrolled(on: .sqlite) { office, visitor, phone, _ in
            let scope = path == "remove" ? "remove" : "renew"
            let target = "\(Self.path)/\(path)"
            let empty = await visitor.submit(target, on: Self.path)
            #expect(empty.status == 422)
            #expect(empty.text.contains("<a href=\"#\(scope)-password\">Enter your password.</a>"))
            #expect(empty.text.contains("<a href=\"#\(scope)-code\">Enter the code.</a>"))
            #expect(empty.text.contains("<details class=\"fold\" open><summary>"))
            let password = await visitor.submit(
                target, ["password": "wrong", "code": phone.code], on: Self.path)
            #expect(password.status == 422)
            #expect(password.text.contains("<a href=\"#\(scope)-password\">That is not your password.</a>"))
            let code = await visitor.submit(
                target, ["password": Office.password, "code": phone.wrongCode], on: Self.path)
            #expect(code.status == 422 && code.text.contains("<a href=\"#\(scope)-code\">The code is wrong"))
            let long = await visitor.submit(
                target, ["password": Office.password, "code": String(repeating: "1", count: 65)], on: Self.path)
            #expect(long.status == 422 && long.text.contains("Enter something shorter."))
            let factorsLeft = try await office.count("second_factors")
            #expect(factorsLeft == 1)
        }
    }

    @Test("takes no code twice", arguments: TestEngine.available)
    func replay(engine: TestEngine) async throws {
        try await withEnrolled(on: engine) { _, visitor, phone, _ in
            let fields: KeyValuePairs = ["password": Office.password, "code": phone.code]
            #expect(await visitor.submit(Self.path + "/recovery-codes", fields, on: Self.path).status == 200)
            let again = await visitor.submit(Self.path + "/remove", fields, on: Self.path)
            #expect(again.status == 422 && again.text.contains("was used before"))
        }
    }

    @Test("turns it off with password and recovery code, and ends the other sessions", arguments: TestEngine.available)
    func removal(engine: TestEngine) async throws {
        try await withEnrolled(on: engine) { office, visitor, _, page in
            let code = AccountVisitor.codes(page)[3]
            let answer = await visitor.submit(
                Self.path + "/remove", ["password": Office.password, "recovery_code": code.lowercased()],
                on: Self.path)
            #expect(answer.status == 303 && answer[header: "location"] == "/bags/account?done=disabled")
            #expect(await visitor.client.get("/bags/account?done=disabled").text.contains("Two-step sign-in is off"))
            let factorsLeft = try await office.count("second_factors")
            #expect(factorsLeft == 0)
            let codesLeft = try await office.count("recovery_codes")
            #expect(codesLeft == 0)
            let last = try await office.audited().last
            #expect(last == "account.second_factor_disabled")
        }
    }

    @Test(
        "warns when recovery codes run out",
        arguments: [(10, "10 recovery"), (3, "3 recovery"), (1, "1 recovery code left"), (0, "No recovery codes left")])
    func running(_ left: Int, _ words: String) async throws {
        try await withEnrolled(on: .sqlite) { office, visitor, _, _ in
            try await office.database.write { transaction in
                try transaction.execute(
                    "test.codes",
                    """
                    DELETE FROM recovery_codes WHERE code_hash IN
                        (SELECT code_hash FROM recovery_codes LIMIT \(10 - left))
                    """)
            }
            #expect(await visitor.client.get(Self.path).text.contains(words))
        }
    }

    @Test("takes no form without its token", arguments: ["", "/confirm", "/recovery-codes", "/remove"])
    func forged(_ path: String) async throws {
        try await withEnrolled(on: .sqlite) { office, visitor, phone, _ in
            let body = "password=\(Office.password)&code=\(phone.code)"
            #expect(await visitor.forge(Self.path + path, body).status == 403)
            let factorsLeft = try await office.count("second_factors")
            #expect(factorsLeft == 1)
        }
    }

    @Test(
        "leads people whose role needs it there first, and lets them go on afterwards", arguments: TestEngine.available)
    func required(engine: TestEngine) async throws {
        let roles = RoleCatalog([(name: "packer", permissions: ["bag.read"])], secondFactorFor: ["packer"])
        try await withOffice(on: engine, configure: { $0.roles = roles }) { office in
            let account = try await office.hire()
            let client = TestClient(try office.site())
            let arrived = await client.submit(
                "/bags/sign-in",
                ["email": AccountVisitor.email, "password": Office.password, "next": "/bags/bills"],
                from: await client.get("/bags/sign-in"))
            #expect(arrived.status == 303 && arrived[header: "location"] == Self.path)
            let visitor = try await AccountVisitor(office)
            let page = await visitor.client.get(Self.path)
            #expect(page.status == 200 && page.text.contains("Your role needs it"))
            #expect(await visitor.client.get(AccountVisitor.path).text.contains("Your role allows nothing until"))
            _ = try await visitor.enrol(account)
            #expect(await visitor.client.get("/bags/api/v1/session").json["user"]?["permissions"] == ["bag.read"])
            #expect(await visitor.client.get(Self.path).text.contains("you can do nothing here until"))
        }
    }
}
