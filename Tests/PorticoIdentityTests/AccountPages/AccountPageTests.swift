import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AccountPageTests {
    private func change(
        _ visitor: AccountVisitor, from current: String = Office.password, to new: String = AccountVisitor.newPassword
    ) async -> TestAnswer {
        await visitor.submit("/bags/account/password", ["current_password": current, "new_password": new])
    }

    /// Ids of the sessions that a page offers to end.
    private func ids(_ page: TestAnswer) -> [String] {
        page.text.split(separator: "action=\"/bags/account/sessions/").dropFirst().map {
            String($0.prefix { $0 != "/" && $0 != "\"" })
        }.filter { $0 != "end-others" }
    }

    @Test("says who one is, and shows nobody else's account", arguments: TestEngine.available)
    func person(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire(name: "Asha <Rao>")
            _ = try await office.hire("ben@example.org", name: "Ben")
            _ = try await AccountVisitor(office, email: "ben@example.org")
            let page = await (try AccountVisitor(office)).client.get(AccountVisitor.path)
            #expect(page.status == 200 && page[header: "cache-control"] == "private, no-cache")
            for text in ["Asha &lt;Rao&gt;", "asha@example.org", "PACKER", "<title>Your account – Bags</title>"] {
                #expect(page.text.contains(text))
            }
            #expect(!page.text.contains("ben@example.org") && ids(page).isEmpty)
        }
    }

    @Test("leads whoever is not signed in to the sign-in page and back")
    func nobody() async throws {
        try await withOffice(on: .sqlite) { office in
            let answer = await TestClient(try office.site()).get("/bags/account")
            #expect(answer.status == 303)
            #expect(answer[header: "location"] == "/bags/sign-in?next=%2Fbags%2Faccount")
        }
    }

    @Test("tells browsers and password managers what each field is, and the rules before anything is typed")
    func fields() async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let page = await (try AccountVisitor(office)).client.get(AccountVisitor.path).text
            #expect(page.contains("autocomplete=\"username\" value=\"asha@example.org\" readonly hidden"))
            #expect(page.contains("name=\"current_password\" autocomplete=\"current-password\" maxlength=\"1024\""))
            #expect(page.contains("name=\"new_password\" autocomplete=\"new-password\" maxlength=\"1024\""))
            #expect(page.contains("aria-describedby=\"password-new_password-hint\""))
            #expect(page.contains("At least 15 characters of any kind"))
            #expect(page.contains("<label for=\"password-current_password\">Current password</label>"))
            #expect(!page.contains("onpaste") && !page.contains(" style="))
        }
    }

    @Test("changes the password, ends the other sessions and says so", arguments: TestEngine.available)
    func password(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let (mine, other) = (try await AccountVisitor(office), try await AccountVisitor(office))
            let answer = await change(mine)
            #expect(answer.status == 303 && answer[header: "location"] == "/bags/account?done=password")
            #expect(await mine.client.get("/bags/account?done=password").text.contains("Your password is changed"))
            #expect(await !other.isSignedIn)
            _ = try await office.signIn(password: AccountVisitor.newPassword)
            #expect(try await office.audited() == ["account.password_changed"])
        }
    }

    @Test("refuses a wrong password at its field, keeps no password, and counts", arguments: TestEngine.available)
    func wrongPassword(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let visitor = try await AccountVisitor(office)
            for _ in 0..<5 {
                let answer = await change(visitor, from: "wrong-secret")
                #expect(answer.status == 422)
                #expect(answer.text.contains("<a href=\"#password-current_password\">That is not your password.</a>"))
                #expect(answer.text.contains("id=\"password-current_password\" aria-describedby="))
                #expect(!answer.text.contains("wrong-secret") && !answer.text.contains(AccountVisitor.newPassword))
            }
            let locked = await change(visitor)
            #expect(locked.status == 429 && locked[header: "retry-after"] == "900")
            #expect(locked.text.contains("too many failed attempts"))
            #expect(try await office.audited() == ["account.browser_locked", "account.locked"])
        }
    }

    @Test(
        "refuses a password that must not be used, in words",
        arguments: [
            ("Ab-1", "The new password must have at least 8 characters."),
            ("abcdefgh1", "The new password must have a small letter"),
            ("Asha-2026!", "The new password must not contain the name in the email address."),
            (Office.password, "Enter another password than the one you have."), ("", "Enter a new password."),
            (String(repeating: "ab1-", count: 300), "The new password must have at most 1024 bytes."),
        ])
    func weak(_ new: String, _ words: String) async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let answer = await change(try await AccountVisitor(office), to: new)
            #expect(answer.status == 422)
            #expect(answer.text.contains("<a href=\"#password-new_password\">\(words)"))
            #expect(try await office.audited().isEmpty)
        }
    }

    @Test("says what is missing, and counts no failure for it")
    func missing() async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let answer = await change(visitor, from: "", to: "")
            #expect(answer.status == 422)
            #expect(answer.text.contains("Enter your password.") && answer.text.contains("Enter a new password."))
            let long = await change(visitor, from: String(repeating: "a", count: 1025))
            #expect(long.status == 422 && long.text.contains("Enter something shorter."))
            #expect(try await office.count("sign_in_failures") == 0)
        }
    }

    @Test("acts once for a double click", arguments: TestEngine.available)
    func doubleClick(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let page = await visitor.client.get(AccountVisitor.path)
            let fields: KeyValuePairs = [
                "current_password": Office.password, "new_password": AccountVisitor.newPassword,
                "idempotency_key": page.hiddenField("idempotency_key") ?? "",
            ]
            let first = await visitor.client.submit("/bags/account/password", fields, from: page)
            let second = await visitor.client.submit("/bags/account/password", fields, from: page)
            #expect(first.status == 303 && second.status == 303)
            #expect(second[header: "idempotent-replay"] == "true")
            #expect(try await office.audited() == ["account.password_changed"])
        }
    }

    @Test("takes no form without its token", arguments: ["password", "sessions/00/end", "sessions/end-others"])
    func forged(_ path: String) async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let body = "current_password=\(Office.password)&new_password=\(AccountVisitor.newPassword)"
            #expect(await visitor.forge("/bags/account/\(path)", body).status == 403)
            #expect(try await office.audited().isEmpty)
        }
    }

    @Test("lists browsers and programs by name, and says which is this one", arguments: TestEngine.available)
    func sessions(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let phone = RequestHead(
                method: .post, target: "/bags/sign-in",
                headers: [
                    "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604"
                ],
                peer: "192.0.2.8")
            _ = try await office.signIn(head: phone)
            _ = await TestClient(try office.site()).post(
                "/bags/api/v1/tokens",
                ["email": .string(AccountVisitor.email), "password": .string(Office.password)],
                ["user-agent": "curl/8.5"])
            let page = await (try AccountVisitor(office)).client.get(AccountVisitor.path)
            #expect(ids(page).count == 2)
            #expect(page.text.contains("Safari on iPhone") && page.text.contains("curl"))
            #expect(page.text.split(separator: "This one").count == 2)
            #expect(page.text.split(separator: "<span>Program</span>").count == 2)
            #expect(page.text.contains("aria-label=\"End the session of Safari on iPhone\""))
        }
    }

    @Test("ends one session, and none of somebody else", arguments: TestEngine.available)
    func end(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            _ = try await office.hire("ben@example.org", name: "Ben")
            let (mine, other) = (try await AccountVisitor(office), try await AccountVisitor(office))
            let ben = try await AccountVisitor(office, email: "ben@example.org")
            let id = try #require(ids(await mine.client.get(AccountVisitor.path)).first)
            #expect(await ben.submit("/bags/account/sessions/\(id)/end").status == 404)
            #expect(await mine.submit("/bags/account/sessions/xyz/end").status == 404)
            #expect(await other.isSignedIn)
            let answer = await mine.submit("/bags/account/sessions/\(id)/end")
            #expect(answer.status == 303 && answer[header: "location"] == "/bags/account?done=session")
            #expect(await !other.isSignedIn)
            #expect(await mine.isSignedIn)
            #expect(await mine.submit("/bags/account/sessions/\(id)/end").status == 404)
        }
    }

    @Test("signs out whoever ends the session in use")
    func endOwn() async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let (mine, other) = (try await AccountVisitor(office), try await AccountVisitor(office))
            let id = try #require(ids(await other.client.get(AccountVisitor.path)).first)
            let answer = await mine.submit("/bags/account/sessions/\(id)/end")
            #expect(answer.status == 303 && answer[header: "location"] == "/bags/sign-in")
            #expect(answer[header: "set-cookie"]?.contains("Max-Age=0") == true)
            #expect(await !mine.isSignedIn)
        }
    }

    @Test("ends all others at once, programs too", arguments: TestEngine.available)
    func endOthers(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let (mine, other) = (try await AccountVisitor(office), try await AccountVisitor(office))
            _ = await TestClient(try office.site()).post(
                "/bags/api/v1/tokens",
                ["email": .string(AccountVisitor.email), "password": .string(Office.password)])
            let answer = await mine.submit("/bags/account/sessions/end-others")
            #expect(answer.status == 303 && answer[header: "location"] == "/bags/account?done=sessions")
            #expect(await !other.isSignedIn)
            #expect(try await office.count("token_families") == 0)
            let page = await mine.client.get("/bags/account?done=sessions")
            #expect(page.text.contains("All your other sessions have ended") && ids(page).isEmpty)
            #expect(!page.text.contains("End all others"))
            #expect(try await office.audited() == ["account.sessions_ended"])
        }
    }

    @Test(
        "goes through more sessions than a page holds, and takes no cursor of somebody else",
        arguments: TestEngine.available)
    func paging(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            _ = try await office.hire("ben@example.org", name: "Ben")
            try await office.database.write { transaction in
                for _ in 0..<55 {
                    _ = try office.identity.sessions.begin(
                        account, head: Office.head(), address: "192.0.2.9", at: office.clock.now(), in: transaction)
                }
            }
            let visitor = try await AccountVisitor(office)
            let first = await visitor.client.get(AccountVisitor.path)
            let cursor = try #require(first.text.split(separator: "/bags/account?cursor=").last?.prefix { $0 != "\"" })
            let second = await visitor.client.get("/bags/account?cursor=\(cursor)")
            #expect(second.status == 200)
            let all = ids(first) + ids(second)
            #expect(all.count == 55 && Set(all).count == 55)
            let ben = try await AccountVisitor(office, email: "ben@example.org")
            #expect(await ben.client.get("/bags/account?cursor=\(cursor)").status == 422)
        }
    }

    @Test("shows no notice that nobody wrote")
    func notices() async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let page = await (try AccountVisitor(office)).client.get("/bags/account?done=%3Cb%3Ehello")
            #expect(!page.text.contains("class=\"notices\"") && !page.text.contains("<b>hello"))
        }
    }
}
