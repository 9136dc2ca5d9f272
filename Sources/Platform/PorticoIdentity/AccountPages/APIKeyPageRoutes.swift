import PorticoHTTP
import PorticoPages

/// The page of one's own API keys and its forms.
///
/// | POST below `/account/keys` | fields besides `_csrf` and `idempotency_key` | shows |
/// |---|---|---|
/// | (itself) | `name`, `scope` for each permission, `life`, `password`, `code` or `recovery_code` | the key, once |
/// | `/{id}/revoke` | none | the list |
///
/// The page with the key is the answer to its form, kept sealed with the form's key: a double click makes one key.
struct APIKeyPageRoutes: Sendable {
    private static let path = AccountAppearance.accountPath + "/keys"

    let own: OwnAccount
    let keys: OwnAPIKeys
    let appearance: AccountAppearance

    var routes: [Route] { [show, make.showingSecrets(), revoke] }

    private var show: Route {
        .page(.get, APIKeyPageRoutes.path, "apiKeysPage", "One's own API keys", access: .signedIn) {
            (context: RequestContext, query: AccountForms.Query) -> PageReply in
            var page = try await page(context, cursor: query.cursor)
            page.frame.shell.notices += AccountNotices.notices(query.done)
            return page.reply()
        }
    }

    private var make: Route {
        .page(
            .post, APIKeyPageRoutes.path, "submitAPIKey", "Make an API key by the form", access: .signedIn,
            limit: .signIn
        ) { (context: RequestContext, form: APIKeyForm) -> PageReply in
            let scopes = APIKeyForm.scopes(context.request)
            let result = try await RefusedForm.catching {
                if let refusal = form.refusal { throw refusal.problem }
                return try await keys.make(form.wish(scopes, at: context.now), by: context)
            }
            switch result {
            case .success(let made):
                return NewAPIKeyPage(frame: try await AccountFrame(context, appearance), made: made).reply()
            case .failure(let refusal):
                var page = try await page(context)
                page.form = form
                page.ticked = Set(scopes)
                page.messages = refusal.messages(form.code)
                return page.reply(refusal)
            }
        }
    }

    private var revoke: Route {
        .page(
            .post, APIKeyPageRoutes.path + "/{id}/revoke", "submitAPIKeyEnd", "Revoke an API key by the form",
            access: .signedIn
        ) { (context: RequestContext, form: AccountForms.KeyID) -> PageReply in
            try await keys.revoke(form.id, by: context)
            return .redirect(to: "\(context.mount)\(APIKeyPageRoutes.path)?done=key")
        }
    }

    private func page(_ context: RequestContext, cursor: String? = nil) async throws -> APIKeyPage {
        let found = try await keys.page(cursor, limit: 50, by: context)
        let status = try await own.secondFactor(by: context)
        return APIKeyPage(
            frame: try await AccountFrame(context, appearance), keys: found.items, cursor: cursor,
            nextCursor: found.next, wantsCode: status.state == SecondFactorStore.State.active.rawValue)
    }
}
