import PorticoHTTP
import PorticoJSON
import PorticoSQL

/// The routes with which administrators invite people.
struct InvitationRoutes<Profile: RouteInput>: Sendable {
    let database: Database
    let desk: InvitationDesk<Profile>
    let invitations: InvitationStore
    let roles: RoleCatalog
    let cursors: CursorSigner

    private var path: String { InvitationAcceptance.path }
    private var access: Access { .permission(desk.permission) }

    var routes: [Route] { [list, invitation, invite, resend, withdraw] }

    private struct Person: RouteInput {
        let email: String
        let name: String
        let role: String
        let profile: Profile

        init(_ fields: inout FieldReader) {
            email = fields.text("email", 1...254, example: "asha@example.org", "Sign-in address")
            name = fields.text("name", 1...200, "Name as others see it; the person may change it")
            role = fields.text("role", 1...60, "Name of the role")
            profile = Profile(&fields)
        }
    }

    private struct Target: RouteInput {
        let id: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", in: .path, "Id of the invitation")
        }
    }

    private var list: Route {
        .json(
            .get, path, "listInvitations", "Invitations nobody has accepted yet", access: access, cache: .privatePage,
            refusals: [(422, "invalid_cursor")]
        ) { (_: RequestContext, page: PageRequest) -> Reply<ListAnswer<Invitation>> in
            let after = try position(page.cursor)
            let found = try await database.read { [invitations] in
                try invitations.pending(after: after, limit: page.limit, in: $0)
            }
            return .ok(
                ListAnswer(items: found.items, nextCursor: found.next.map { cursors.sign($0, list: "invitations") }))
        }
    }

    private var invitation: Route {
        .json(
            .get, path + "/{id}", "getInvitation", "An invitation nobody has accepted yet", access: access,
            cache: .privatePage, refusals: [(404, "not_found")]
        ) { (_: RequestContext, input: Target) -> Reply<Invitation> in
            let found = try await database.read { [invitations] in try invitations.invitation(id: input.id, in: $0) }
            guard let found else { throw unknown }
            return .ok(found)
        }
    }

    private var invite: Route {
        .json(
            .post, path, "invite", "Invite somebody by mail", access: access,
            statuses: [(.created, "The link is on its way")], refusals: [(403, "forbidden"), (409, "email_taken")]
        ) { (context: RequestContext, input: Person) -> Reply<Invitation> in
            let new = try account(input)
            guard desk.mayInvite(try context.caller, input.role) else {
                throw Problem(403, "forbidden", "You may not invite people to this role.")
            }
            let invitation = try await database.write { [desk, invitations] transaction in
                let invitation = try invitations.invite(new, by: AuditEntry.Cause(context), in: transaction)
                try desk.invited(invitation, input.profile, transaction)
                return invitation
            }
            return .created(invitation, at: "\(context.mount)\(path)/\(invitation.id)")
        }
    }

    private var resend: Route {
        .json(
            .post, path + "/{id}/resend", "resendInvitation", "Send another link; the one before ends", access: access,
            refusals: [(404, "not_found"), (429, "too_many_mails")]
        ) { (context: RequestContext, input: Target) -> Reply<Invitation> in
            let renewed = try await database.write { [invitations] transaction in
                try invitations.resend(id: input.id, by: AuditEntry.Cause(context), in: transaction)
            }
            guard let renewed else { throw unknown }
            return .ok(renewed)
        }
    }

    private var withdraw: Route {
        .json(
            .delete, path + "/{id}", "withdrawInvitation", "Take an invitation back", access: access,
            statuses: [(.noContent, "Withdrawn")], refusals: [(404, "not_found")]
        ) { (context: RequestContext, input: Target) -> Reply<NoContent> in
            let withdrawn = try await database.write { [desk, invitations] transaction in
                let withdrawn = try invitations.withdraw(
                    id: input.id, by: AuditEntry.Cause(context), in: transaction)
                if let withdrawn { try desk.withdrawn(withdrawn, transaction) }
                return withdrawn != nil
            }
            guard withdrawn else { throw unknown }
            return Reply(NoContent(), status: .noContent)
        }
    }

    private func account(_ person: Person) throws -> NewAccount {
        var errors: [Problem.FieldError] = []
        let email = EmailAddress(person.email)
        if email == nil {
            errors.append(
                Problem.FieldError(field: "email", code: "invalid_format", message: "must be an email address"))
        }
        if !roles.roles.contains(where: { $0.name == person.role }) {
            let names = roles.roles.map(\.name).joined(separator: ", ")
            errors.append(Problem.FieldError(field: "role", code: "not_one_of", message: "must be one of \(names)"))
        }
        guard let email, errors.isEmpty else { throw Problem.validation(errors) }
        return NewAccount(email: email, name: person.name, role: person.role)
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
