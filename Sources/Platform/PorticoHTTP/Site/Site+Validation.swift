extension Site {
    /// Gives a whole answer its tag. Answers with 412 where the client means another one, and with 304 where it has what the
    /// tag names, or what is not older (RFC 9110 §13.2.2).
    func validate(_ response: inout Response, _ exchange: Exchange) {
        guard case .bytes(let body) = response.body else { return }
        let tag = response.headers["etag"] ?? EntityTag.of(body)
        response.headers["etag"] = tag
        let conditions = exchange.request.head.headers
        let modified = response.headers["last-modified"]
        guard ClientCopy.isMeant(conditions, tag: tag, modified: modified, now: exchange.now) else {
            response = present(ClientCopy.changed, exchange)
            response.headers.add("cache-control", CacheControl.noStore.control)
            return
        }
        guard ClientCopy.isCurrent(conditions, tag: tag, modified: modified, now: exchange.now) else { return }
        // What the whole answer would say of itself (RFC 9110 §15.4.5).
        response.announceCodings()
        response.status = .notModified
        response.body = .empty
        response.headers["content-type"] = nil
    }
}
