import Portico

/// The forms with which administrators invite people by mail, and send an invitation again or take it back.
struct InvitationPageRoutes: Sendable {
    let office: InvitationOffice<InvitedProfile>
    /// The page of people, on which a form comes back.
    let page: @Sendable (RequestContext) async throws -> UsersPage

    var routes: [Route] { [invite, resend, withdraw] }

    private var invite: Route {
        .page(
            .post, "/users/invitations", "inviteByForm", "Invite somebody by the form",
            access: .permission("user.manage"), limit: BagLimits.admin
        ) { [office] (context: RequestContext, form: UserForm) -> PageReply in
            try await FormRefusal.answer {
                try await InvitationPageRoutes.invite(form, by: office, context)
                return "\(context.mount)/users?done=invited"
            } orShow: { refusal in
                var page = try await page(context)
                page.invitations?.form = refusal.form(form.values, about: "email")
                return page
            }
        }
    }

    /// Invites whom a form names.
    static func invite(
        _ form: UserForm, by office: InvitationOffice<InvitedProfile>, _ context: RequestContext
    ) async throws {
        let wanted = try form.invited()
        _ = try await office.invite(
            email: wanted.email.text, name: wanted.name, role: wanted.role.rawValue,
            profile: InvitedProfile(areaCode: wanted.areaCode), by: context)
    }

    private var resend: Route {
        .page(
            .post, "/users/invitations/{id}/resend", "submitInvitationAgain", "Send an invitation again by the form",
            access: .permission("user.manage"), limit: BagLimits.admin
        ) { [office] (context: RequestContext, input: UserInPath) -> PageReply in
            do {
                _ = try await office.resend(input.id, by: context)
            } catch let problem as Problem where problem.code == "too_many_mails" {
                var page = try await page(context)
                page.frame.notices = [Notice("Not sent again", tone: .bad, detail: "\(problem.detail)")]
                return problem.headers.reduce(page.reply(problem.status)) { $0.adding($1.name, $1.value) }
            }
            return .redirect(to: "\(context.mount)/users?done=invited/again")
        }
    }

    private var withdraw: Route {
        .page(
            .post, "/users/invitations/{id}/withdraw", "submitInvitationEnd", "Take an invitation back by the form",
            access: .permission("user.manage"), limit: BagLimits.admin
        ) { [office] (context: RequestContext, input: UserInPath) -> PageReply in
            try await office.withdraw(input.id, by: context)
            return .redirect(to: "\(context.mount)/users?done=invited/back")
        }
    }
}
