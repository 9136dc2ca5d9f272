import PorticoHTTP
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct LockNoticeTests {
    private func fail(_ office: Office, _ email: String = "asha@example.org", in head: RequestHead = Office.head())
        async
        throws
    {
        for _ in 0..<5 {
            _ = try await problem { _ = try await office.signIn(email, password: "wrong", head: head) }
        }
    }

    @Test(
        "tells people that their account was locked, and what they can do, once a day", arguments: TestEngine.available)
    func tells(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            try await fail(post.office, "ASHA@example.org")
            let mail = try #require(try await post.mails().first)
            #expect(mail.to == "asha@example.org" && mail.kind == "account.locked")
            #expect(mail.subject.hasSuffix("is locked for 15 minutes"))
            #expect(mail.text.contains("5 times") && mail.text.contains("/bags/reset\n"))
            for _ in 0..<2 {
                post.clock.advance(by: .minutes(15))
                try await fail(post.office)
            }
            #expect(try await post.mails().count == 1)
            post.clock.advance(by: .days(1))
            try await fail(post.office)
            #expect(try await post.mails().count == 2)
        }
    }

    @Test(
        "tells nobody where there is no account or one that was deactivated",
        arguments: TestEngine.available)
    func silence(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire("gone@example.org")
            try await post.database.write {
                _ = try post.identity.accounts.change(id: account.id, AccountChange(isActive: false), in: $0)
            }
            try await fail(post.office, "gone@example.org")
            try await fail(post.office, "nobody@example.org")
            #expect(try await post.mails() == [])
            #expect(try await post.actions().filter { $0 == "account.locked" }.count == 2)
        }
    }
}
