import PorticoLimits
import PorticoValues

extension Site {
    /// Whether the route takes a file.
    public func hasReceiver(for head: RequestHead) -> Bool {
        guard case .match(let match) = router.find(head.method, head.path) else { return false }
        return match.served.route.upload != nil
    }

    /// Who may send a file is asked before any of it is read, so that nobody else can fill the disk.
    public func receiver(for head: RequestHead) async -> BodyAdmission {
        let exchange = arrive(Request(head: head))
        do {
            guard case .match(let match) = router.find(head.method, head.path), let rule = match.served.route.upload
            else {
                throw Problem(413, "too_large", "The body is larger than this address takes.")
            }
            exchange.take(match)
            try enter(exchange)
            exchange.principal = try await match.served.mount.authenticator?.principal(for: head)
            try requireSignIn(exchange)
            try requirePermission(exchange)
            return .receive(try UploadReceiver(rule, contentType: head.headers["content-type"]))
        } catch {
            return .refuse(leave(exchange, present(error, exchange), measure: nil))
        }
    }

    /// Reads the body of a request.
    /// - Returns: why it could not be read. The caller hears of it last: who may not call, or not know of what the path
    ///   names, is told that first.
    func takeBody(_ exchange: Exchange, of served: ServedRoute) throws -> Problem? {
        if let rule = served.route.upload {
            try takeForm(exchange, rule, of: served)
            return nil
        }
        guard served.takesBody, !exchange.request.body.isEmpty else { return nil }
        do {
            exchange.body = try RequestBody.decode(exchange.request, for: served.route.format)
            return nil
        } catch let problem as Problem {
            return problem
        }
    }

    /// Reads the fields of a form with a file, and keeps the file for the handler.
    private func takeForm(_ exchange: Exchange, _ rule: UploadRule, of served: ServedRoute) throws {
        // Whoever may not send it is told so, whatever was sent.
        try requirePermission(exchange)
        let request = exchange.request
        let receiver: UploadReceiver
        if let whole = request.receiver as? UploadReceiver {
            receiver = whole
        } else {
            // A caller without a transport brings the body along.
            receiver = try UploadReceiver(rule, contentType: request.head.headers["content-type"])
            request.body.withUnsafeBytes { receiver.receive($0) }
        }
        let form = try receiver.finish()
        if let problem = form.fileProblem, served.route.format != .page { throw problem }
        exchange.body = .form(form.fields)
        exchange.upload = form.file
        exchange.uploadProblem = form.fileProblem
        exchange.formDigest = form.digest.value
    }
}
