import PorticoHTTP
import PorticoJSON

/// The routes with which administrators invite people.
struct InvitationRoutes<Profile: RouteInput>: Sendable {
    let office: InvitationOffice<Profile>

    private var path: String { InvitationAcceptance.path }
    private var access: Access { .permission(office.desk.permission) }

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
            let found = try await office.pending(page.cursor, limit: page.limit)
            return .ok(ListAnswer(items: found.items, nextCursor: found.next))
        }
    }

    private var invitation: Route {
        .json(
            .get, path + "/{id}", "getInvitation", "An invitation nobody has accepted yet", access: access,
            cache: .privatePage, refusals: [(404, "not_found")]
        ) { (_: RequestContext, input: Target) -> Reply<Invitation> in
            .ok(try await office.invitation(input.id))
        }
    }

    private var invite: Route {
        .json(
            .post, path, "invite", "Invite somebody by mail", access: access,
            statuses: [(.created, "The link is on its way")], refusals: [(403, "forbidden"), (409, "email_taken")]
        ) { (context: RequestContext, input: Person) -> Reply<Invitation> in
            let invitation = try await office.invite(
                email: input.email, name: input.name, role: input.role, profile: input.profile, by: context)
            return .created(invitation, at: "\(context.mount)\(path)/\(invitation.id)")
        }
    }

    private var resend: Route {
        .json(
            .post, path + "/{id}/resend", "resendInvitation", "Send another link; the one before ends", access: access,
            refusals: [(404, "not_found"), (429, "too_many_mails")]
        ) { (context: RequestContext, input: Target) -> Reply<Invitation> in
            .ok(try await office.resend(input.id, by: context))
        }
    }

    private var withdraw: Route {
        .json(
            .delete, path + "/{id}", "withdrawInvitation", "Take an invitation back", access: access,
            statuses: [(.noContent, "Withdrawn")], refusals: [(404, "not_found")]
        ) { (context: RequestContext, input: Target) -> Reply<NoContent> in
            try await office.withdraw(input.id, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }
}
