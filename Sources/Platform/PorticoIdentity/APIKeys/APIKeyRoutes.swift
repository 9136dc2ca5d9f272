import PorticoHTTP
import PorticoJSON
import PorticoValues

/// The routes with which people make and revoke keys for their machines. A key makes no other key: all of them want a
/// session, and a new key the password as well.
struct APIKeyRoutes: Sendable {
    private static let path = "/api/v1/api-keys"

    let own: OwnAPIKeys

    /// Answers that are kept for retries are sealed, so the key in one of them is as safe as in the table of keys.
    var routes: [Route] { [list, key, create.showingSecrets(), revoke] }

    private struct Wish: RouteInput {
        let name: String
        let scope: String
        let expiresAt: Instant?
        let password: String
        let code: String?

        init(_ fields: inout FieldReader) {
            name = fields.text("name", 1...100, example: "Warehouse scale", "What you call the key")
            scope = fields.text(
                "scope", 1...4000, example: "bag.read", "The permissions it gets, between spaces; you must have them")
            expiresAt = fields.optionalInstant("expires_at", "When it ends; never by itself unless said")
            password = fields.text("password", 1...PasswordPolicy.byteLimit, "Your password")
            code = fields.optionalText("code", 0...64, "The code your authenticator shows, if you have one")
        }

        var wish: OwnAPIKeys.Wish {
            OwnAPIKeys.Wish(
                name: name, scopes: APIKey.scopes(in: scope), expiresAt: expiresAt, password: password, code: code)
        }
    }

    private struct Target: RouteInput {
        let id: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", in: .path, "Id of the key")
        }
    }

    private var list: Route {
        .json(
            .get, APIKeyRoutes.path, "listAPIKeys", "Your API keys", access: .signedIn, cache: .privatePage,
            refusals: [(422, "invalid_cursor")]
        ) { (context: RequestContext, page: PageRequest) -> Reply<ListAnswer<APIKey>> in
            let found = try await own.page(page.cursor, limit: page.limit, by: context)
            return .ok(ListAnswer(items: found.items, nextCursor: found.next))
        }
    }

    private var key: Route {
        .json(
            .get, APIKeyRoutes.path + "/{id}", "getAPIKey", "One of your API keys", access: .signedIn,
            cache: .privatePage, refusals: [(404, "not_found")]
        ) { (context: RequestContext, input: Target) -> Reply<APIKey> in
            .ok(try await own.key(input.id, by: context))
        }
    }

    private var create: Route {
        .json(
            .post, APIKeyRoutes.path, "createAPIKey", "Make an API key, which is shown once", access: .signedIn,
            limit: .signIn, statuses: [(.created, "Made; keep the key now")],
            refusals: [(409, "too_many_keys"), (429, "account_locked")]
        ) { (context: RequestContext, input: Wish) -> Reply<NewAPIKey> in
            let made = try await own.make(input.wish, by: context)
            return .created(made, at: "\(context.mount)\(APIKeyRoutes.path)/\(made.key.id)")
        }
    }

    private var revoke: Route {
        .json(
            .delete, APIKeyRoutes.path + "/{id}", "revokeAPIKey", "End an API key at once", access: .signedIn,
            statuses: [(.noContent, "Revoked")], refusals: [(404, "not_found")]
        ) { (context: RequestContext, input: Target) -> Reply<NoContent> in
            try await own.revoke(input.id, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }
}
