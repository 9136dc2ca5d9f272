import Portico

/// The forms for people who have lost something they sign in with, and for those who are to be forgotten.
struct UserFarewellRoutes: Sendable {
    let people: PeopleStore
    let privacy: PersonalDataRoutes
    /// The page about a person, on which a form comes back.
    let page: @Sendable (RequestContext, Int64?) async throws -> UserFormPage

    var routes: [Route] { [endSessions, endAllSessions, removeSecondFactor, erase] }

    private var endSessions: Route {
        .page(
            .post, "/users/{id}/sessions/end", "submitSessionsEnd", "Sign a person out everywhere by the form",
            access: .permission("user.manage"), limit: BagLimits.admin
        ) { [people, page] (context: RequestContext, input: UserInPath) -> PageReply in
            try await FormRefusal.answer {
                try await people.endSessions(of: input.id, by: BagCaller(context))
                return "\(context.mount)/users?done=sessions"
            } orShow: { refusal in
                var page = try await page(context, input.id)
                page.frame.notices = [refusal.notice("Not signed out")]
                return page
            }
        }
    }

    private var endAllSessions: Route {
        .page(
            .post, "/users/sessions/end", "submitAllSessionsEnd", "Sign everybody out everywhere by the form",
            access: .permission("user.manage"), limit: BagLimits.admin
        ) { [people] (context: RequestContext, _: NoInput) -> PageReply in
            try await people.endAllSessions(by: BagCaller(context))
            return .redirect(to: "\(context.mount)/sign-in?next=\(context.mount)/users")
        }
    }

    private var removeSecondFactor: Route {
        .page(
            .post, "/users/{id}/second-factor/remove", "submitLostAuthenticator",
            "Take away a lost authenticator by the form", access: .permission("user.manage"), limit: BagLimits.admin
        ) { [people, page] (context: RequestContext, input: UserInPath) -> PageReply in
            try await FormRefusal.answer {
                try await people.removeSecondFactor(of: input.id, by: BagCaller(context))
                return "\(context.mount)/users?done=second-factor"
            } orShow: { refusal in
                var page = try await page(context, input.id)
                page.frame.notices = [refusal.notice("Not removed")]
                return page
            }
        }
    }

    private var erase: Route {
        .page(
            .post, "/users/{id}/erase", "submitErasure", "Erase a person by the form",
            access: .permission("user.manage"), limit: BagLimits.admin
        ) { [privacy, page] (context: RequestContext, input: UserToErase) -> PageReply in
            try await FormRefusal.answer {
                _ = try await privacy.forget(input.id, context) { person in
                    guard person.email == ScannedText.tidied(input.email) else {
                        throw FieldProblem.invalid("email", "must be the address of the person who is to be erased")
                    }
                }
                return "\(context.mount)/users?done=erased"
            } orShow: { refusal in
                var page = try await page(context, input.id)
                page.erasure = refusal.form(["email": input.email], about: "email")
                return page
            }
        }
    }
}

/// A person that a path names, and their address, typed once more.
struct UserToErase: RouteInput {
    let id: Int64
    let email: String

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The person")
        email = fields.typed("email", "The person's address, typed once more")
    }
}
