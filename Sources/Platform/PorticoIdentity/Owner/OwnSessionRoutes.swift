import PorticoHTTP
import PorticoJSON
import PorticoSQL

/// The routes with which people see and end what they are signed in with, and change their password.
struct OwnSessionRoutes: Sendable {
    private static let path = "/api/v1/sessions"

    let own: OwnAccount

    var routes: [Route] { [list, end, endOthers, changePassword] }

    private struct Target: RouteInput {
        let id: String

        init(_ fields: inout FieldReader) {
            id = fields.text("id", 1...200, in: .path, "Id of the session, from the list")
        }
    }

    private struct PasswordChange: RouteInput {
        let current: String
        let new: String

        init(_ fields: inout FieldReader) {
            current = fields.text("current_password", 1...PasswordPolicy.byteLimit, "Your password")
            new = fields.text("new_password", 1...PasswordPolicy.byteLimit, "The password you want instead")
        }
    }

    private var list: Route {
        .json(
            .get, OwnSessionRoutes.path, "listOwnSessions", "What you are signed in with", access: .signedIn,
            cache: .privatePage
        ) { (context: RequestContext, page: PageRequest) -> Reply<ListAnswer<OwnSessionItem>> in
            let found = try await own.sessions(page.cursor, limit: page.limit, by: context)
            return .ok(ListAnswer(items: found.items, nextCursor: found.next))
        }
    }

    private var end: Route {
        .json(
            .delete, OwnSessionRoutes.path + "/{id}", "endOwnSession", "End one of your sessions", access: .signedIn,
            statuses: [(.noContent, "Ended")]
        ) { (context: RequestContext, input: Target) -> Reply<NoContent> in
            let cookie = try await own.end(input.id, by: context)
            return Reply(NoContent(), status: .noContent, headers: cookie.map { ["set-cookie": $0] } ?? [:])
        }
    }

    private var endOthers: Route {
        .json(
            .delete, OwnSessionRoutes.path, "endOtherSessions", "End all your sessions but this one", access: .signedIn,
            statuses: [(.noContent, "Ended")]
        ) { (context: RequestContext, _: NoInput) -> Reply<NoContent> in
            try await own.endOthers(by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var changePassword: Route {
        .json(
            .post, "/api/v1/password", "changeOwnPassword", "Change your password; ends all your other sessions",
            access: .signedIn, limit: .signIn, statuses: [(.noContent, "Changed")], refusals: [(429, "account_locked")]
        ) { (context: RequestContext, input: PasswordChange) -> Reply<NoContent> in
            try await own.changePassword(from: input.current, to: input.new, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }
}
