import Portico

/// The people of bag tracking, for administrators.
struct PeopleRoutes: Sendable {
    let services: BagTrackingServices
    let people: PeopleStore
    let passwords: UserPasswords
    /// Invites people; nil where no mail is sent.
    let office: InvitationOffice<InvitedProfile>?

    var routes: [Route] {
        [list, create, person, change, deactivate, reactivate, endSessions, endAllSessions, removeSecondFactor]
    }

    private var list: Route {
        .json(
            .get, "/api/v1/users", "listUsers", "People, in the order they were added",
            access: .permission("user.manage"), limit: BagLimits.admin, cache: .privateRevalidated,
            refusals: [(422, "invalid_cursor")]
        ) { [services] (_: RequestContext, request: PageRequest) -> Reply<ListAnswer<UserAnswer>> in
            let cursor = ListCursor(signer: services.cursors, list: "users")
            let after = try cursor.id(request.cursor)
            let page = try await services.database.read {
                try PeopleStore.page(after: after, limit: request.limit, in: $0)
            }
            return .ok(ListAnswer(items: page.items.map { UserAnswer($0) }, nextCursor: cursor.next(page)))
        }
    }

    private var create: Route {
        .json(
            .post, "/api/v1/users", "addUser",
            "Add a person, active at once; without a password they are mailed a link, where mail is sent",
            access: .permission("user.manage"),
            limit: BagLimits.admin, statuses: [(.created, "The person may sign in")], refusals: [(409, "email_taken")]
        ) { [services, people, passwords, office] (context: RequestContext, input: NewUserInput) -> Reply<UserAnswer> in
            guard let email = input.email else { throw FieldProblem.invalid("email", "must be an email address") }
            guard let password = input.password else {
                guard let office else { throw UserPasswords.needed }
                let invited = try await office.invite(
                    email: email.text, name: input.name, role: input.role.rawValue,
                    profile: InvitedProfile(areaCode: input.areaCode), isActive: true, by: context)
                let made = try await services.database.read { try PeopleStore.person(id: invited.id, in: $0) }
                return .created(UserAnswer(made), at: "\(context.mount)/api/v1/users/\(made.id)")
            }
            var user = NewBagUser(email: email, name: input.name, role: input.role, areaCode: input.areaCode)
            user.passwordHash = try await passwords.hash(password, for: email.text)
            let made = try await people.create(user, by: BagCaller(context))
            return .created(UserAnswer(made), at: "\(context.mount)/api/v1/users/\(made.id)")
        }
    }

    private var person: Route {
        .json(
            .get, "/api/v1/users/{id}", "getUser", "A person", access: .permission("user.manage"),
            limit: BagLimits.admin, cache: .privateRevalidated, refusals: [(404, "user_not_found")]
        ) { [services] (_: RequestContext, input: UserInput) -> Reply<UserAnswer> in
            .ok(UserAnswer(try await services.database.read { try PeopleStore.person(id: input.id, in: $0) }))
        }
    }

    private var change: Route {
        .json(
            .patch, "/api/v1/users/{id}", "changeUser",
            "Change a person; another role, area or password signs them out",
            access: .permission("user.manage"), limit: BagLimits.admin,
            refusals: [
                (404, "user_not_found"), (409, "own_account"), (409, "last_admin"), (409, "has_open_bills"),
                (412, "stale"),
            ]
        ) { [services, people, passwords] (context: RequestContext, input: UserChangeInput) -> Reply<UserAnswer> in
            var hash: String?
            if let password = input.password {
                let user = try await services.database.read { try PeopleStore.person(id: input.id, in: $0) }
                hash = try await passwords.hash(password, for: user.email)
            }
            let takesAreaAway = UserChangeInput.takesAreaAway(context.request.body)
            let user = try await people.change(
                id: input.id, input.change(passwordHash: hash, takesAreaAway: takesAreaAway), by: BagCaller(context),
                expecting: { try context.precondition.require(UserAnswer($0)) })
            return .ok(UserAnswer(user))
        }
    }

    private var deactivate: Route {
        .json(
            .delete, "/api/v1/users/{id}", "deactivateUser", "Take a person's access away; name and history stay",
            access: .permission("user.manage"), limit: BagLimits.admin, statuses: [(.noContent, "Signed out for good")],
            refusals: [
                (404, "user_not_found"), (409, "own_account"), (409, "last_admin"), (412, "stale"),
            ]
        ) { [people] (context: RequestContext, input: UserInput) -> Reply<NoContent> in
            try await people.deactivate(
                id: input.id, by: BagCaller(context),
                expecting: { try context.precondition.require(UserAnswer($0)) })
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var reactivate: Route {
        .json(
            .post, "/api/v1/users/{id}/reactivate", "reactivateUser",
            "Give a deactivated person access again, with the role, area and password from before",
            access: .permission("user.manage"), limit: BagLimits.admin, statuses: [(.ok, "The person may sign in")],
            refusals: [(404, "user_not_found"), (409, "no_password"), (412, "stale")]
        ) { [people] (context: RequestContext, input: UserInput) -> Reply<UserAnswer> in
            let user = try await people.reactivate(
                id: input.id, by: BagCaller(context),
                expecting: { try context.precondition.require(UserAnswer($0)) })
            return .ok(UserAnswer(user))
        }
    }

    private var endSessions: Route {
        .json(
            .delete, "/api/v1/users/{id}/sessions", "endUserSessions",
            "Sign a person out everywhere; password, authenticator and API keys stay good",
            access: .permission("user.manage"), limit: BagLimits.admin, statuses: [(.noContent, "Signed out")],
            refusals: [(404, "user_not_found"), (409, "own_account")]
        ) { [people] (context: RequestContext, input: UserInput) -> Reply<NoContent> in
            try await people.endSessions(of: input.id, by: BagCaller(context))
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var endAllSessions: Route {
        .json(
            .delete, "/api/v1/users/sessions", "endAllSessions",
            "Sign everybody out everywhere, yourself too; passwords, authenticators and API keys stay good",
            access: .permission("user.manage"), limit: BagLimits.admin, statuses: [(.noContent, "Signed out")]
        ) { [people] (context: RequestContext, _: NoInput) -> Reply<NoContent> in
            try await people.endAllSessions(by: BagCaller(context))
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var removeSecondFactor: Route {
        .json(
            .delete, "/api/v1/users/{id}/second-factor", "removeUserSecondFactor",
            "Take away an authenticator and a phone that were lost; the person is signed out everywhere",
            access: .permission("user.manage"), limit: BagLimits.admin, statuses: [(.noContent, "Taken away")],
            refusals: [(404, "user_not_found"), (409, "own_account"), (409, "no_second_factor")]
        ) { [people] (context: RequestContext, input: UserInput) -> Reply<NoContent> in
            try await people.removeSecondFactor(of: input.id, by: BagCaller(context))
            return Reply(NoContent(), status: .noContent)
        }
    }
}
