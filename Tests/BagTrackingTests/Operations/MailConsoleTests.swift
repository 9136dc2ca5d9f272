import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What operators see of mails, and do with them.
@Suite(.timeLimit(.minutes(5))) struct MailConsoleTests {
    private static let api = "/bags/api/v1/operations"
    private static let development = [(key: "environment", value: "development")]

    /// Refuses everything, or says that there is no such mailbox.
    private struct Refusal: MailTransport {
        var kind = MailTrouble.Kind.refused
        var reply = "BODY: 554 no <b>thanks</b>"

        func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery { throw MailTrouble(kind, reply: reply) }
    }

    private struct Acceptance: MailTransport {
        func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery { .sent(reply: "250 ok") }
    }

    /// Writes a mail; with a transport it is delivered by that at once.
    @discardableResult
    private func write(
        _ mail: Mail, _ app: AppHarness, through transport: (any MailTransport)? = nil
    ) async throws -> Int64 {
        let id = try await app.database.write { try app.environment.mails.enqueue(mail, in: $0) }
        if let transport { try await deliver(app, through: transport) }
        return id
    }

    private func deliver(_ app: AppHarness, through transport: any MailTransport) async throws {
        let mails = MailQueue(
            jobs: app.environment.jobs, sender: app.environment.mails.sender, transport: transport)
        var book = JobBook()
        mails.register(in: &book, database: app.database)
        try await JobWorker(
            database: app.database, queue: app.environment.jobs, book: book, logger: app.environment.logger,
            metrics: MetricsRegistry(), configuration: JobWorker.Configuration(application: "bags")
        ).runUntilIdle()
    }

    private func secret(_ to: String = "meera@example.org") throws -> Mail {
        let link = "https://warehouse.example/bags/invitation?token=abc"
        return Mail(
            to: try MailAddress(to), subject: "Your access", text: "Choose here: \(link).",
            html: "<p style=\"color: red\"><a href=\"\(link)\">Choose</a></p>"
        ).marked("account.invitation", isConfidential: true)
    }

    private func plain(_ to: String = "asha@example.org", subject: String = "Import finished") throws -> Mail {
        Mail(to: try MailAddress(to), subject: subject, text: "All rows are in.", html: "<p>All rows are in.</p>")
            .marked("bags.import_finished", isConfidential: false)
    }

    private func actions(_ app: AppHarness) async throws -> [String] {
        try await app.database.read {
            try $0.all("test.audit", "SELECT action FROM audit_rows ORDER BY seq") { try $0[0] as String }
        }
    }

    @Test("nobody but operators sees mails or does anything with them")
    func isForOperators() async throws {
        try await withApp(on: .sqlite, settings: Self.development) { app async throws in
            let id = try await write(try secret(), app)
            let (biller, stranger) = (try await app.client("biller"), app.stranger())
            for path in ["mail", "mail/\(id)", "suppressions"] {
                #expect(await biller.get("/bags/ops/\(path)").status == 403)
                #expect(await stranger.get("/bags/ops/\(path)").status == 303)
            }
            let markup = await biller.get("/bags/ops/mail/\(id)/markup")
            #expect(markup.status == 403 && !markup.text.contains("token"))
            #expect(await stranger.get("/bags/ops/mail/\(id)/markup").status == 401)
            for path in ["mail", "mails", "mails/\(id)", "suppressions"] {
                #expect(await biller.get("\(Self.api)/\(path)").status == 403)
                #expect(await stranger.get("\(Self.api)/\(path)").status == 401)
            }
            #expect(await biller.post("\(Self.api)/mails/\(id)/discard").status == 403)
            #expect(await biller.delete("\(Self.api)/suppressions/asha@example.org").status == 403)
            #expect(try await actions(app).allSatisfy { !$0.hasPrefix("mail") })
        }
    }

    @Test(
        "mails are listed by state, recipient, kind and subject, with the server's answer",
        arguments: TestEngine.available)
    func list(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await write(try plain(), app, through: Refusal())
            try await write(try secret(), app)
            try await write(try plain("asharam@example.org", subject: "Import <i>stopped</i>"), app)
            let admin = try await app.client("admin")
            let page = await admin.get("/bags/ops/mail")
            #expect(page.status == 200 && page.text.contains("Import &lt;i&gt;stopped&lt;/i&gt;"))
            #expect(page.text.contains("BODY: 554 no &lt;b&gt;thanks&lt;/b&gt;"))
            #expect(page.text.contains("mail.smtp_host"), "what to set is said where nothing is sent")
            let failed = await admin.get("/bags/ops/mail?state=failed")
            #expect(failed.text.contains("asha@<wbr>example.<wbr>org") && !failed.text.contains("meera@"))
            #expect(await admin.get("/bags/ops/mail?to=meera&kind=account.").text.contains("Your access"))
            #expect(await admin.get("/bags/ops/mail?q=nothing+like+it").text.contains("No mail fits"))

            let overview = await admin.get("\(Self.api)/mail").json
            #expect(overview["failed"]?.int64 == 1 && overview["waiting"]?.int64 == 2)
            #expect(overview["has_server"] == .bool(false))
            let found = await admin.get("\(Self.api)/mails?to=ASHA&limit=1").json
            #expect(found["items"]?[0]?["subject"] == "Import <i>stopped</i>")
            #expect(found["items"]?[0]?["text"] == nil, "lists say nothing of what stands in mails")
            let cursor = found["next_cursor"]?.string ?? ""
            let next = await admin.get("\(Self.api)/mails?to=ASHA&limit=1&cursor=\(cursor)").json
            #expect(next["items"]?[0]?["state"] == "failed" && next["next_cursor"] == .null)
            #expect(next["items"]?[0]?["attempt"]?.int64 == 1)
            #expect(await admin.get("\(Self.api)/mails?cursor=\(cursor)").status == 422)
            #expect(await admin.get("\(Self.api)/mails?state=lost").status == 422)
        }
    }

    @Test("production shows nobody what stands in confidential mails", arguments: TestEngine.available)
    func hides(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let id = try await write(try secret(), app)
            let old = try await write(
                Mail(to: try MailAddress("a@example.org"), subject: "Old", text: "token=old"), app)
            let open = try await write(try plain(), app)
            let admin = try await app.client("admin")
            for hidden in [id, old] {
                let page = await admin.get("/bags/ops/mail/\(hidden)")
                #expect(page.status == 200 && page.text.contains("Hidden") && !page.text.contains("token="))
                #expect(await admin.get("/bags/ops/mail/\(hidden)/markup").status == 404)
                let answer = await admin.get("\(Self.api)/mails/\(hidden)")
                #expect(answer.status == 200 && !answer.text.contains("token="))
                #expect(answer.json["text"] == nil && answer.json["html"] == nil)
            }
            #expect(await admin.get("/bags/ops/mail/\(open)").text.contains("All rows are in."))
            #expect(await admin.get("\(Self.api)/mails/\(open)").json["text"] == "All rows are in.")
        }
    }

    @Test("development shows them, with links of this site that can be followed")
    func shows() async throws {
        try await withApp(on: .sqlite, settings: Self.development) { app async throws in
            let site = app.environment.publicURL
            let mail = Mail(
                to: try MailAddress("meera@example.org"), subject: "Your access",
                text: "Here: \(site)/bags/invitation?token=abc. Not there: https://elsewhere.example/x",
                html: "<p>Hello</p>")
            let id = try await write(mail, app)
            let admin = try await app.client("admin")
            let page = await admin.get("/bags/ops/mail/\(id)")
            #expect(page.text.contains("<a href=\"\(site)/bags/invitation?token=abc\" rel=\"noreferrer\">"))
            #expect(!page.text.contains("href=\"https://elsewhere.example"))
            #expect(page[header: "cache-control"] == "no-store")
        }
    }

    @Test("nothing in a mail runs, or leaves its frame")
    func hostile() async throws {
        try await withApp(on: .sqlite, settings: Self.development) { app async throws in
            let script = "</pre></iframe><script>alert(1)</script><img src=x onerror=alert(1)>"
            var mail = Mail(
                to: try MailAddress("a@example.org", name: script), subject: script, text: script,
                html: HTML(trusted: "<form action=/bags/sign-out method=post></form>\(script)"))
            mail.attachments = [MailAttachment(name: script, mediaType: "text/plain", content: [65])]
            let id = try await write(mail.marked(script, isConfidential: true), app)
            let admin = try await app.client("admin")
            for path in ["mail", "mail/\(id)"] {
                let page = await admin.get("/bags/ops/\(path)")
                #expect(page.status == 200 && !page.text.contains("<script>alert"))
                #expect(!page.text.contains("<img src=x"))
            }
            let page = await admin.get("/bags/ops/mail/\(id)")
            #expect(page[header: "content-security-policy"]?.contains("frame-src 'self'") == true)
            #expect(page[header: "x-frame-options"] == "DENY")
            let frame = try #require(page.text.firstMatch(of: /<iframe[^>]*sandbox="([^"]*)"/))
            #expect(!frame.1.contains("allow-scripts") && !frame.1.contains("allow-same-origin"))
            #expect(!frame.1.contains("allow-forms") && !frame.1.contains("allow-top-navigation"))

            let markup = await admin.get("/bags/ops/mail/\(id)/markup")
            let policy = markup.response.headers.values("content-security-policy")
            #expect(policy.count == 1 && policy[0].hasPrefix("default-src 'none'; style-src 'unsafe-inline'"))
            #expect(policy[0].contains("form-action 'none'") && policy[0].contains("frame-ancestors 'self'"))
            #expect(policy[0].contains("; sandbox ") && !policy[0].contains("script"))
            #expect(markup.response.headers.values("x-frame-options") == ["SAMEORIGIN"])
            #expect(markup[header: "cache-control"] == "no-store")
            let list = await admin.get("/bags/ops/mail")
            #expect(list[header: "content-security-policy"]?.contains("frame-src") == false)
        }
    }

    @Test(
        "what failed is sent again and what is not wanted is removed, which the audit tells",
        arguments: TestEngine.available)
    func deeds(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let id = try await write(try plain(), app, through: Refusal())
            let kept = try await write(try plain(), app, through: OutboxTransport())
            let admin = try await app.client("admin")
            let page = await admin.get("/bags/ops/mail/\(id)")
            #expect(page.text.contains("Send again") && page.text.contains("The mail was refused."))
            #expect(await admin.submit("/bags/ops/mail/\(id)/send", [:], from: page).status == 303)
            #expect(await admin.post("\(Self.api)/mails/\(id)/send").problemCode == "mail_state")
            try await deliver(app, through: Acceptance())
            let sent = await admin.get("\(Self.api)/mails/\(id)").json
            #expect(sent["state"] == "sent" && sent["reply"] == "250 ok" && sent["forgotten"] == .bool(true))

            #expect(await admin.post("\(Self.api)/mails/\(kept)/send").status == 409, "only what failed, in production")
            let still = await admin.get("/bags/ops/mail/\(kept)")
            #expect(still.status == 200 && !still.text.contains("Send again"))
            #expect(await admin.post("\(Self.api)/mails/\(kept)/discard").status == 204)
            #expect(await admin.get("\(Self.api)/mails/\(kept)").problemCode == "mail_not_found")
            #expect(await admin.post("\(Self.api)/mails/999999/send").status == 404)
            let done = try await actions(app)
            #expect(done.count { $0 == "mail.sent_again" } == 1 && done.count { $0 == "mail.discarded" } == 1)
        }
    }

    @Test("development sends any mail again that still says something")
    func sendsAny() async throws {
        try await withApp(on: .sqlite, settings: Self.development) { app async throws in
            let id = try await write(try secret(), app, through: OutboxTransport())
            let admin = try await app.client("admin")
            #expect(await admin.post("\(Self.api)/mails/\(id)/send").status == 204)
            try await deliver(app, through: Acceptance())
            #expect(await admin.get("\(Self.api)/mails/\(id)").json["state"] == "sent")
            #expect(await admin.post("\(Self.api)/mails/\(id)/send").status == 409)
        }
    }

    @Test("lifting a suppression lets mail flow again", arguments: TestEngine.available)
    func suppressions(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await write(try plain(), app, through: Refusal(kind: .noMailbox, reply: "RCPT: 550 5.1.1 gone"))
            let held = try await write(try plain("ASHA@example.org"), app, through: Acceptance())
            let admin = try await app.client("admin")
            #expect(await admin.get("\(Self.api)/mails/\(held)").json["state"] == "suppressed")
            let page = await admin.get("/bags/ops/suppressions")
            #expect(page.text.contains("asha@example.org") && page.text.contains("RCPT: 550 5.1.1 gone"))
            let lifted = await admin.submit(
                "/bags/ops/suppressions/lift", ["address": "asha@example.org"], from: page)
            #expect(lifted.status == 303)
            let next = try await write(try plain(), app, through: Acceptance())
            #expect(await admin.get("\(Self.api)/mails/\(next)").json["state"] == "sent")

            let added = await admin.submit(
                "/bags/ops/suppressions", ["address": "Ben@example.org", "reason": "Asked for <b>it</b>"], from: page)
            #expect(added.status == 303)
            #expect(await admin.get("/bags/ops/suppressions").text.contains("Asked for &lt;b&gt;it"))
            let wrong = await admin.submit(
                "/bags/ops/suppressions", ["address": "nobody", "reason": ""], from: page)
            #expect(wrong.status == 422 && wrong.text.contains("value=\"nobody\"") && wrong.text.contains("Say why"))
            let twice = await admin.post(
                "\(Self.api)/suppressions", ["address": "ben@example.org", "reason": "Again"])
            #expect(twice.problemCode == "already_suppressed")
            let one = await admin.get("\(Self.api)/suppressions/BEN@example.org").json
            #expect(one["reason"] == "Asked for <b>it</b>", "the cause stays")
            #expect(await admin.post("\(Self.api)/suppressions", ["address": "a b", "reason": "x"]).status == 422)
            #expect(await admin.delete("\(Self.api)/suppressions/ben@example.org").status == 204)
            #expect(await admin.delete("\(Self.api)/suppressions/ben@example.org").status == 404)
            let done = try await actions(app)
            #expect(done.count { $0 == "mail_suppression.lifted" } == 2)
            #expect(done.count { $0 == "mail_suppression.added" } == 1)
        }
    }

    @Test("who invites somebody without a mail server is told where the mail waits, in development only")
    func invitation() async throws {
        for isTold in [true, false] {
            try await withApp(on: .sqlite, settings: isTold ? Self.development : []) { app async throws in
                let admin = try await app.client("admin")
                let sent = await admin.submit(
                    "/bags/users/invitations",
                    ["email": "meera@example.org", "name": "Meera", "role": "dispatcher", "area_code": "lucknow"],
                    from: await admin.get("/bags/users"))
                let page = await admin.get(sent[header: "location"] ?? "")
                #expect(page.text.contains("the mail waits in") == isTold)
                let mails = await admin.get("\(Self.api)/mails?kind=account.invitation").json
                #expect(mails["items"]?[0]?["to"] == "meera@example.org")
                let id = mails["items"]?[0]?["id"]?.string ?? ""
                let shown = await admin.get("/bags/ops/mail/\(id)").text
                #expect(shown.contains("/bags/invitation?token=") == isTold)
            }
        }
    }
}
