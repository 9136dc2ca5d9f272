import PorticoHTTP
import PorticoSQL

/// Inviting people, whoever asks for it: a program over the API or a form of a page. Every change is one transaction
/// with its mail, its audit row and the application's rows about the person.
public struct InvitationOffice<Profile: RouteInput>: Sendable {
    let database: Database
    let desk: InvitationDesk<Profile>
    let invitations: InvitationStore
    let roles: RoleCatalog
    let cursors: CursorSigner

    /// Invitations nobody has accepted yet, in the order of their ids.
    /// - Returns: one page of them, and the cursor of the next.
    /// - Throws: ``Problem`` 422 `invalid_cursor`; ``SQLError``.
    public func pending(_ cursor: String?, limit: Int) async throws -> (items: [Invitation], next: String?) {
        let after = try position(cursor)
        let found = try await database.read { [invitations] in
            try invitations.pending(after: after, limit: limit, in: $0)
        }
        return (found.items, found.next.map { cursors.sign($0, list: "invitations") })
    }

    /// One of them.
    /// - Throws: ``Problem`` 404; ``SQLError``.
    func invitation(_ id: Int64) async throws -> Invitation {
        let found = try await database.read { [invitations] in try invitations.invitation(id: id, in: $0) }
        guard let found else { throw unknown }
        return found
    }

    /// Invites somebody by mail.
    /// - Parameter isActive: whether others see the person as active before the invitation is accepted.
    /// - Throws: ``Problem`` 422 naming `email` or `role`, or what the application finds wrong with the profile; 403
    ///   where the caller may not invite to the role; ``AccountRefusal`` when the address is taken; ``SQLError``.
    public func invite(
        email: String, name: String, role: String, profile: Profile, isActive: Bool = false,
        by context: RequestContext
    ) async throws -> Invitation {
        let new = try account(email, name, role)
        guard desk.mayInvite(try context.caller, role) else {
            throw Problem(403, "forbidden", "You may not invite people to this role.")
        }
        return try await database.write { [desk, invitations] transaction in
            let invitation = try invitations.invite(
                new, isActive: isActive, by: AuditEntry.Cause(context), in: transaction)
            try desk.invited(invitation, profile, transaction)
            return invitation
        }
    }

    /// Sends another link; the one before ends.
    /// - Throws: ``Problem`` 404, 429 `too_many_mails`; ``SQLError``.
    public func resend(_ id: Int64, by context: RequestContext) async throws -> Invitation {
        let renewed = try await database.write { [invitations] transaction in
            try invitations.resend(id: id, by: AuditEntry.Cause(context), in: transaction)
        }
        guard let renewed else { throw unknown }
        return renewed
    }

    /// Takes an invitation back.
    /// - Throws: ``Problem`` 404; ``SQLError``.
    public func withdraw(_ id: Int64, by context: RequestContext) async throws {
        let isWithdrawn = try await database.write { [desk, invitations] transaction in
            let withdrawn = try invitations.withdraw(id: id, by: AuditEntry.Cause(context), in: transaction)
            if let withdrawn { try desk.withdrawn(withdrawn, transaction) }
            return withdrawn != nil
        }
        guard isWithdrawn else { throw unknown }
    }

    private func account(_ email: String, _ name: String, _ role: String) throws -> NewAccount {
        var errors: [Problem.FieldError] = []
        let address = EmailAddress(email)
        if address == nil {
            errors.append(
                Problem.FieldError(field: "email", code: "invalid_format", message: "must be an email address"))
        }
        if !roles.roles.contains(where: { $0.name == role }) {
            let names = roles.roles.map(\.name).joined(separator: ", ")
            errors.append(Problem.FieldError(field: "role", code: "not_one_of", message: "must be one of \(names)"))
        }
        guard let address, errors.isEmpty else { throw Problem.validation(errors) }
        return NewAccount(email: address, name: name, role: role)
    }

    private func position(_ cursor: String?) throws -> Int64? {
        guard let cursor else { return nil }
        guard let id = cursors.position(cursor, list: "invitations")?.first.flatMap({ Int64($0) }) else {
            throw Problem(422, "invalid_cursor", "The cursor belongs to another list or was changed.")
        }
        return id
    }

    private var unknown: Problem { Problem(404, "not_found", "There is no pending invitation with this id.") }
}
