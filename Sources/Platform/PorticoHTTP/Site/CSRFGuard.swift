/// Refuses unsafe requests that another site could have caused.
///
/// A request carried by a session cookie, and every form, needs the token of this caller; and where the browser says which
/// site caused it, that must be this one (Fetch Metadata, else `Origin`).
struct CSRFGuard {
    let signer: CSRFSigner
    let origin: SiteOrigin

    func check(_ exchange: Exchange) throws {
        guard let route = exchange.served?.route, !route.method.isSafe else { return }
        let carriedByCookie = exchange.principal?.csrfBinding != nil
        // No page of another site can make a browser send a token in `Authorization`.
        let isForm = RequestBody.isFormContent(exchange.request.head) && exchange.principal == nil
        guard carriedByCookie || isForm || route.format == .page else { return }
        guard isSameSite(exchange.request.head), let binding = exchange.principal?.csrfBinding ?? exchange.visit?.value,
            let token = token(of: exchange), signer.verify(token, for: binding)
        else {
            throw Problem(
                403, "csrf_failed",
                "This form is too old or came from another site. Go back, reload the page and try again.")
        }
    }

    private func token(of exchange: Exchange) -> String? {
        if let header = exchange.request.head.headers["x-csrf-token"] { return header }
        guard case .form(let fields) = exchange.body else { return nil }
        return fields.first { $0.name == "_csrf" }?.value
    }

    private func isSameSite(_ head: RequestHead) -> Bool {
        if let site = head.headers["sec-fetch-site"] { return site == "same-origin" || site == "none" }
        return origin.owns(head)
    }
}
