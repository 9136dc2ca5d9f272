import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct PhonePageTests {
    private static let path = "/bags/account/phone"

    private func add(
        _ visitor: AccountVisitor, _ number: String = PhoneOffice.typed, password: String = Office.password
    ) async -> TestAnswer {
        await visitor.submit(Self.path, ["number": number, "password": password], on: Self.path)
    }

    @Test("stands on the account page where text messages are sent, and leads to a page of its own")
    func section() async throws {
        try await withPhoneOffice(on: .sqlite) { phones in
            let account = try await phones.office.hire()
            let visitor = try await AccountVisitor(phones.office)
            let page = await visitor.client.get(AccountVisitor.path)
            #expect(page.text.contains("href=\"\(Self.path)\"") && page.text.contains("Add a phone"))
            try await phones.equip(account)
            let later = await visitor.client.get(AccountVisitor.path)
            #expect(later.text.contains(PhoneOffice.hidden) && !later.text.contains("98123"))
        }
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let visitor = try await AccountVisitor(office)
            #expect(await !visitor.client.get(AccountVisitor.path).text.contains(Self.path))
            let page = await visitor.client.get(Self.path)
            #expect(page.status == 200 && page.text.contains("No text messages are sent here"))
            #expect(!page.text.contains("name=\"number\""))
            let fields: KeyValuePairs = ["number": PhoneOffice.typed, "password": Office.password]
            #expect(await visitor.submit(Self.path, fields).status == 409)
        }
    }

    @Test("adds a phone by two forms that browsers know how to fill in", arguments: TestEngine.available)
    func adds(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            _ = try await phones.office.hire()
            let (mine, other) = (
                try await AccountVisitor(phones.office), try await AccountVisitor(phones.office)
            )
            let form = await mine.client.get(Self.path).text
            #expect(form.contains("type=\"tel\"") && form.contains("inputmode=\"tel\""))
            #expect(form.contains("autocomplete=\"tel\"") && form.contains("autocomplete=\"current-password\""))
            #expect(!form.contains("recovery_code") && !form.contains("Remove the phone"))
            let begun = await add(mine)
            #expect(begun.status == 303 && begun[header: "location"] == Self.path)
            let waiting = await mine.client.get(Self.path)
            #expect(waiting.text.contains("We have sent six digits to <span class=\"code\">\(PhoneOffice.hidden)"))
            #expect(waiting.text.contains("autocomplete=\"one-time-code\""))
            #expect(!waiting.text.contains("98123"))
            let code = try await phones.lastCode()
            let wrong = await mine.client.submit(
                "\(Self.path)/confirm", ["code": phones.wrong(code)], from: waiting)
            #expect(wrong.status == 422)
            #expect(wrong.text.contains("<a href=\"#confirm-code\">The code is wrong, too old or was tried too often."))
            let empty = await mine.client.submit("\(Self.path)/confirm", [:], from: waiting)
            #expect(empty.status == 422 && empty.text.contains("Enter the code."))
            let done = await mine.client.submit("\(Self.path)/confirm", ["code": code], from: waiting)
            #expect(done.status == 303 && done[header: "location"] == "/bags/account?done=phone")
            let account = await mine.client.get("/bags/account?done=phone")
            #expect(account.text.contains("Your phone is confirmed"))
            #expect(await !other.isSignedIn)
            #expect(try await phones.office.audited() == ["account.phone_added"])
        }
    }

    @Test("says what is safer, unless its reader has that already")
    func advice() async throws {
        try await withPhoneOffice(on: .sqlite) { phones in
            let account = try await phones.office.hire()
            let visitor = try await AccountVisitor(phones.office)
            let page = await visitor.client.get(Self.path).text
            #expect(page.contains("are safer than those of text messages"))
            #expect(page.contains("href=\"\(AccountVisitor.factorPath)\""))
            _ = try await visitor.enrol(account)
            #expect(await !visitor.client.get(Self.path).text.contains("are safer than those of text messages"))
        }
    }

    @Test("refuses at the field that is wrong, keeps the number and no password", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            _ = try await phones.office.hire()
            let visitor = try await AccountVisitor(phones.office)
            let empty = await add(visitor, "", password: "")
            #expect(empty.status == 422 && empty.text.contains("<a href=\"#add-number\">Enter a phone number.</a>"))
            #expect(empty.text.contains("<a href=\"#add-password\">Enter your password.</a>"))
            let local = await add(visitor, "98123 <b>")
            #expect(local.status == 422 && local.text.contains("<a href=\"#add-number\">Enter the number with +"))
            #expect(local.text.contains("value=\"98123 &lt;b&gt;\"") && !local.text.contains(Office.password))
            let wrong = await add(visitor, password: "wrong-secret")
            #expect(wrong.status == 422 && wrong.text.contains("<a href=\"#add-password\">That is not your password."))
            #expect(!wrong.text.contains("wrong-secret"))
            #expect(try await phones.texts().isEmpty)
            for _ in 0..<3 { #expect(await add(visitor).status == 303) }
            let fourth = await add(visitor)
            #expect(fourth.status == 429 && fourth[header: "retry-after"] == "900")
            #expect(fourth.text.contains("Several codes were sent lately."))
        }
    }

    @Test("wants a code of the authenticator where there is one", arguments: TestEngine.available)
    func authenticator(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            let visitor = try await AccountVisitor(phones.office)
            let device = try await visitor.enrol(account).phone
            #expect(await visitor.client.get(Self.path).text.contains("recovery_code"))
            let missing = await add(visitor)
            #expect(missing.status == 422 && missing.text.contains("<a href=\"#add-code\">Enter the code.</a>"))
            let wrong = await visitor.submit(
                Self.path,
                ["number": PhoneOffice.typed, "password": Office.password, "code": device.wrongCode], on: Self.path)
            #expect(wrong.status == 422 && wrong.text.contains("<a href=\"#add-code\">The code is wrong"))
            #expect(try await phones.texts().isEmpty)
            let right = await visitor.submit(
                Self.path, ["number": PhoneOffice.typed, "password": Office.password, "code": device.code],
                on: Self.path)
            #expect(right.status == 303)
            #expect(try await phones.texts().count == 1)
        }
    }

    @Test("changes and removes the phone, and ends the other sessions", arguments: TestEngine.available)
    func removal(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let (mine, other) = (
                try await AccountVisitor(phones.office), try await AccountVisitor(phones.office)
            )
            let page = await mine.client.get(Self.path)
            #expect(page.text.contains("Change the number") && page.text.contains(PhoneOffice.hidden))
            let wrong = await mine.submit("\(Self.path)/remove", ["password": "wrong"], on: Self.path)
            #expect(wrong.status == 422 && wrong.text.contains("<a href=\"#remove-password\">That is not"))
            #expect(wrong.text.contains("<details class=\"fold\" open><summary>"))
            let done = await mine.submit("\(Self.path)/remove", ["password": Office.password], on: Self.path)
            #expect(done.status == 303 && done[header: "location"] == "/bags/account?done=phone_removed")
            let after = await mine.client.get("/bags/account?done=phone_removed")
            #expect(after.text.contains("Your phone is removed") && after.text.contains("Add a phone"))
            #expect(await !other.isSignedIn)
        }
    }

    @Test("takes no form without its token", arguments: ["", "/confirm", "/remove"])
    func forged(_ path: String) async throws {
        try await withPhoneOffice(on: .sqlite) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let visitor = try await AccountVisitor(phones.office)
            let body = "number=%2B4915112345678&code=123456&password=\(Office.password)"
            #expect(await visitor.forge(Self.path + path, body).status == 403)
            #expect(try await phones.standing(account).number?.text == PhoneOffice.number)
            #expect(try await phones.texts().count == 1)
        }
    }
}
