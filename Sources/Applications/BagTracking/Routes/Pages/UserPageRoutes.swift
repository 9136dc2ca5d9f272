import Portico

/// The people of bag tracking: the list, and the forms to add, change and deactivate.
struct UserPageRoutes: Sendable {
    let services: BagTrackingServices
    let people: PeopleStore
    let passwords: UserPasswords
    /// Invites people; nil where the application has no mails at all.
    let office: InvitationOffice<InvitedProfile>?
    /// Whether invitations reach people.
    let deliversMail: Bool
    /// Whether mails wait on the operators' page for a developer to read them.
    var readsMailsHere = false

    var routes: [Route] {
        let inviting = office.map { InvitationPageRoutes(office: $0) { try await listPage($0) }.routes }
        return [list, blank, create, form, change, deactivate, reactivate] + (inviting ?? [])
    }

    private var list: Route {
        .page(.get, "/users", "usersPage", "People", access: .permission("user.manage"), limit: BagLimits.admin) {
            (context: RequestContext, input: UserListQuery) -> PageReply in
            var page = try await listPage(context, input.cursor.unlessEmpty)
            page.frame.notices = notices(input.done, context)
            return page.reply()
        }
    }

    /// What a form has done, and where a developer finds the mail that no server takes.
    private func notices(_ done: String, _ context: RequestContext) -> [Notice] {
        let isMailed = readsMailsHere && ["invited", "invited/again"].contains(done)
        return DoneNotice.notices(done).map { notice in
            guard isMailed else { return notice }
            let place = "\(context.mount)\(ConsoleAppearance.path)/mail"
            var notice = notice
            notice.detail = "<p>No mail server is set: the mail waits in <a href=\"\(place)\">Operations, Mail</a>.</p>"
            return notice
        }
    }

    private func listPage(_ context: RequestContext, _ cursorText: String? = nil) async throws -> UsersPage {
        let services = services
        let cursor = ListCursor(signer: services.cursors, list: "people.page")
        let after = try cursor.id(cursorText)
        let (catalog, users) = try await services.database.read { reading in
            (
                try services.catalog.catalog(in: reading),
                try PeopleStore.page(after: after, limit: 50, in: reading)
            )
        }
        let frame = try BagFrame(context, catalog)
        var page = UsersPage(
            frame: frame, rows: users.items.map { UsersPage.Row($0, catalog) }, cursor: cursorText,
            nextCursor: cursor.next(users))
        if let found = try await office?.pending(nil, limit: 100) {
            page.invitations = InvitationsPart(
                frame: frame, pending: found.items, hasMore: found.next != nil, areas: catalog.activeAreaChoices)
        }
        return page
    }

    private var blank: Route {
        .page(
            .get, "/users/new", "newUserPage", "The form to add a person", access: .permission("user.manage"),
            limit: BagLimits.admin
        ) { (context: RequestContext, _: NoInput) -> PageReply in
            try await page(context).reply()
        }
    }

    private var create: Route {
        .page(
            .post, "/users", "submitNewUser", "Add a person by the form", access: .permission("user.manage"),
            limit: BagLimits.admin
        ) { [people, passwords, office, deliversMail] (context: RequestContext, form: UserForm) -> PageReply in
            try await FormRefusal.answer {
                if form.password.isEmpty {
                    guard deliversMail, let office else { throw UserPasswords.needed }
                    try await InvitationPageRoutes.invite(form, by: office, context)
                    return "\(context.mount)/users?done=invited"
                }
                _ = try await people.create(form.newUser(passwords), by: BagCaller(context))
                return "\(context.mount)/users?done=added"
            } orShow: { refusal in
                var page = try await page(context)
                page.form = refusal.form(form.values, about: "email")
                return page
            }
        }
    }

    private var form: Route {
        .page(
            .get, "/users/{id}", "userPage", "The form to change a person", access: .permission("user.manage"),
            limit: BagLimits.admin
        ) { (context: RequestContext, input: UserInPath) -> PageReply in
            try await page(context, of: input.id).reply()
        }
    }

    private var change: Route {
        .page(
            .post, "/users/{id}", "submitUser", "Change a person by the form", access: .permission("user.manage"),
            limit: BagLimits.admin
        ) { [people, passwords, services] (context: RequestContext, input: UserEdit) -> PageReply in
            try await FormRefusal.answer {
                let person = try await services.database.read { try PeopleStore.person(id: input.id, in: $0) }
                let change = try await input.form.change(of: person.email, passwords)
                _ = try await people.change(id: input.id, change, by: BagCaller(context))
                return "\(context.mount)/users?done=saved"
            } orShow: { refusal in
                var page = try await page(context, of: input.id)
                page.form = refusal.form(input.form.values, about: "role")
                return page
            }
        }
    }

    private var deactivate: Route {
        .page(
            .post, "/users/{id}/deactivate", "submitDeactivation", "Deactivate a person by the form",
            access: .permission("user.manage"), limit: BagLimits.admin
        ) { [people] (context: RequestContext, input: UserInPath) -> PageReply in
            try await FormRefusal.answer {
                try await people.deactivate(id: input.id, by: BagCaller(context))
                return "\(context.mount)/users?done=deactivated"
            } orShow: { refusal in
                var page = try await page(context, of: input.id)
                page.frame.notices = [refusal.notice("Not deactivated")]
                return page
            }
        }
    }

    private var reactivate: Route {
        .page(
            .post, "/users/{id}/reactivate", "submitReactivation", "Give a person access again by the form",
            access: .permission("user.manage"), limit: BagLimits.admin
        ) { [people] (context: RequestContext, input: UserInPath) -> PageReply in
            try await FormRefusal.answer {
                _ = try await people.reactivate(id: input.id, by: BagCaller(context))
                return "\(context.mount)/users?done=reactivated"
            } orShow: { refusal in
                var page = try await page(context, of: input.id)
                page.frame.notices = [refusal.notice("Not reactivated")]
                return page
            }
        }
    }

    /// The form about a person; about a new one without an id.
    func page(_ context: RequestContext, of id: Int64? = nil) async throws -> UserFormPage {
        let services = services
        let (catalog, person, hasSecondFactor) = try await services.database.read { reading in
            (
                try services.catalog.catalog(in: reading), try id.map { try PeopleStore.person(id: $0, in: reading) },
                try id.map { try PeopleStore.hasSecondFactor($0, in: reading) } ?? false
            )
        }
        return UserFormPage(
            frame: try BagFrame(context, catalog), user: person.map { UsersPage.Row($0, catalog) },
            areaCode: person?.areaCode ?? "", areas: catalog.activeAreaChoices,
            isOwn: id == context.principal?.accountID, hasSecondFactor: hasSecondFactor, deliversMail: deliversMail)
    }
}

extension UsersPage.Row {
    /// A person as the list shows them.
    init(_ user: BagUser, _ catalog: Catalog) {
        self.init(
            id: String(user.id), email: user.email, name: user.name, role: user.role.rawValue,
            area: user.areaCode.map { catalog.areaName($0) }, isActive: user.isActive, lastSeenAt: user.lastSeenAt)
    }
}

/// Which part of the list of people is shown.
struct UserListQuery: RouteInput {
    let cursor: String
    let done: String

    init(_ fields: inout FieldReader) {
        cursor = fields.typed("cursor", "Where the page before ended")
        done = fields.typed("done", "What a form has just done")
    }
}

/// A person that a path names.
struct UserInPath: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The person")
    }
}

/// A person that a path names, and what is to be different.
struct UserEdit: RouteInput {
    let id: Int64
    let form: UserForm

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The person")
        form = UserForm(&fields)
    }
}
