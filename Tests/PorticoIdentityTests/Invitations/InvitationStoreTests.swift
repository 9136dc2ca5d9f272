import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct InvitationStoreTests {
    private func withInvited(
        on engine: TestEngine, _ body: (PostOffice, InvitationStore, Invitation) async throws -> Void
    ) async throws {
        try await withPostOffice(on: engine) { post in
            let invitations = try #require(post.identity.invitations)
            let ravi = try #require(EmailAddress("ravi@example.org"))
            let invitation = try await post.database.write { transaction in
                try invitations.invite(
                    NewAccount(email: ravi, name: "Ravi", role: "packer"), by: cause(0), in: transaction)
            }
            try await body(post, invitations, invitation)
        }
    }

    private func cause(_ hours: Int64) -> AuditEntry.Cause { AuditEntry.Cause(at: Office.started + .hours(hours)) }

    @Test("makes an account that can do nothing yet", arguments: TestEngine.available)
    func waiting(engine: TestEngine) async throws {
        try await withInvited(on: engine) { post, invitations, invitation in
            let account = try await post.database.read {
                try post.identity.accounts.account(id: invitation.id, in: $0)
            }
            #expect(account?.isActive == false && account?.role == "packer")
            #expect(invitation.invitedBy == nil && invitation.expiresAt == Office.started + .days(7))
            let client = try post.client()
            _ = await client.post("/bags/api/v1/password-reset", ["email": "ravi@example.org"])
            #expect(try await post.mails().map(\.kind) == ["account.invitation"])
            let found = try await post.database.read { try invitations.invitation(id: invitation.id, in: $0) }
            #expect(found == invitation)
        }
    }

    @Test("knows nothing of accounts without an invitation", arguments: TestEngine.available)
    func unknown(engine: TestEngine) async throws {
        try await withInvited(on: engine) { post, invitations, _ in
            let asha = try await post.office.hire()
            for id in [asha.id, 999] {
                let answers = try await post.database.write { transaction in
                    [
                        try invitations.resend(id: id, by: cause(1), in: transaction),
                        try invitations.withdraw(id: id, by: cause(1), in: transaction),
                        try invitations.invitation(id: id, in: transaction),
                    ]
                }
                #expect(answers == [nil, nil, nil])
            }
            let kept = try await post.database.read { try post.identity.accounts.account(id: asha.id, in: $0) }
            #expect(kept?.email == "asha@example.org" && kept?.isActive == true)
        }
    }

    @Test("sends two more links in a quarter of an hour, of thirty at once too", arguments: TestEngine.available)
    func limit(engine: TestEngine) async throws {
        try await withInvited(on: engine) { post, invitations, invitation in
            let sent = try await thirtyAtOnce { _ in
                let refusal = try await problem {
                    _ = try await post.database.write {
                        try invitations.resend(id: invitation.id, by: cause(0), in: $0)
                    }
                }
                return refusal == nil
            }
            #expect(sent == 2)
            #expect(try await post.mails("account.invitation").count == 3)
        }
    }

    @Test("is accepted or withdrawn, never both", arguments: TestEngine.available)
    func eitherOr(engine: TestEngine) async throws {
        try await withInvited(on: engine) { post, invitations, invitation in
            let token = try #require(SessionToken(try await post.lastToken("account.invitation")))
            let hash = post.office.passwordHash
            let done = try await thirtyAtOnce { index in
                try await post.database.write { transaction in
                    index.isMultiple(of: 2)
                        ? try invitations.accept(
                            token, name: "Ravi", passwordHash: hash, by: cause(1), in: transaction) != nil
                        : try invitations.withdraw(id: invitation.id, by: cause(1), in: transaction) != nil
                }
            }
            #expect(done == 1)
            let account = try await post.database.read {
                try post.identity.accounts.account(id: invitation.id, in: $0)
            }
            let isErased = account?.email.hasSuffix("@erased.invalid") == true
            #expect(account?.isActive == !isErased)
        }
    }
}
