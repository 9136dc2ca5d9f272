extension Site {
    /// Gives a whole answer its tag, and answers with 304 where the client has what it names (RFC 9110 §13.1.2).
    func validate(_ response: inout Response, _ exchange: Exchange) {
        guard case .bytes(let body) = response.body else { return }
        let tag = response.headers["etag"] ?? EntityTag.of(body)
        response.headers["etag"] = tag
        guard let condition = exchange.request.head.headers["if-none-match"], EntityTag.matches(condition, tag) else {
            return
        }
        // What the whole answer would say of itself (RFC 9110 §15.4.5).
        response.announceCodings()
        response.status = .notModified
        response.body = .empty
        response.headers["content-type"] = nil
    }
}
