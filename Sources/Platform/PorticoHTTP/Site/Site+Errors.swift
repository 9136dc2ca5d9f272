import Logging
import PorticoPages
import PorticoSQL

extension Site {
    /// Turns an error into the answer that fits the caller: a problem document, an error page, or the sign-in page.
    func present(_ error: any Error, _ exchange: Exchange) -> Response {
        let problem = problem(of: error, exchange)
        exchange.refusal = problem.code
        if problem.status == 401, exchange.wantsPage, let mount = exchange.mount {
            return signIn(configuration.mounts[mount], exchange)
        }
        var response: Response
        if exchange.wantsPage, let mount = exchange.mount, let page = configuration.mounts[mount].errorPage {
            let document = page(problem, context(of: exchange))
            response = Response(
                problem.status, headers: ["content-type": "text/html; charset=utf-8"],
                body: .bytes(Array(document.text.utf8)))
        } else {
            response = Response(
                problem.status, headers: ["content-type": "application/problem+json"],
                body: .bytes(problem.document(requestID: exchange.requestID)))
        }
        for header in problem.headers { response.headers.add(header.name, header.value) }
        return response
    }

    /// Tells the application of a 403 to somebody who is signed in, be it thrown or a page that its handler made.
    func noteDenied(_ exchange: Exchange, _ response: Response) {
        guard response.status == 403, exchange.principal != nil, let served = exchange.served else { return }
        served.mount.onDenied?(context(of: exchange), served.route)
    }

    private func problem(of error: any Error, _ exchange: Exchange) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let convertible as any ProblemConvertible: return convertible.problem
        case is CancellationError:
            // Nobody hears the answer, unless the node ends before the request does.
            return Problem(
                503, "request_cancelled", "The request was given up before it was answered. Send it again.",
                headers: ["retry-after": "1"])
        case let error as SQLError where error.isTransient:
            journal.log(exchange, .warning, "database not available", error: error)
            return Problem(
                503, "database_unavailable", "The database can't answer right now. Try again in a moment.",
                headers: ["retry-after": "1"])
        case let error as SQLError where error.code == .commitUnknown:
            journal.log(exchange, .error, "commit unknown", error: error)
            return Problem(
                503, "database_unavailable",
                "The connection to the database broke while saving. See whether it is there before you repeat it.",
                headers: ["retry-after": "1"])
        case let error as SQLError where error.code == .unstorable:
            return unstorable(exchange)
        case let error as SQLError where error.code == .diskFull:
            journal.log(exchange, .critical, "storage full", error: error)
            return Problem(
                503, "storage_full", "The disk is full; nothing was changed. Tell the operator.",
                headers: ["retry-after": "60"])
        default:
            journal.log(exchange, .error, "request failed", error: error)
            return Problem(
                500, "internal_error",
                "Something went wrong on our side and nothing was changed. Give the request id to the operator.")
        }
    }

    /// Names the fields with a character that no database keeps. Codes are rid of it before they are looked at, so a field alone
    /// can't tell whether it matters.
    private func unstorable(_ exchange: Exchange) -> Problem {
        let fields = FieldSource(
            path: exchange.parameters, query: PercentCoding.pairs(exchange.request.head.query) ?? [],
            body: exchange.body)
        let errors = fields.namesWithNUL.map {
            Problem.FieldError(field: $0, code: "invalid_format", message: "must not contain a NUL character")
        }
        guard errors.isEmpty else { return .validation(errors) }
        return Problem(422, "validation_failed", "Text must not contain a NUL character.")
    }

    /// The sign-in page, and from there back to what was asked for. What only takes a form leads to the page above it.
    private func signIn(_ mount: Mount, _ exchange: Exchange) -> Response {
        var target =
            exchange.request.head.method.isSafe ? exchange.request.head.target : String(exchange.request.head.path)
        while !isPage(target), let slash = target.utf8.lastIndex(of: 0x2F), slash != target.startIndex {
            target = String(target[..<slash])
        }
        return .redirect(to: "\(mount.prefix)\(mount.signInPath)?next=\(PercentCoding.encode(target))")
    }

    private func isPage(_ target: String) -> Bool {
        let path = target.prefix { $0 != "?" }
        guard case .match(let match) = router.find(.get, path) else { return false }
        return match.served.route.format == .page
    }

    static func refusalCode(_ status: HTTPStatus) -> String {
        switch status.code {
        case 408: "request_timeout"
        case 413: "too_large"
        case 414: "uri_too_long"
        case 417: "expectation_failed"
        case 431: "headers_too_large"
        case 501: "not_implemented"
        case 503: "overloaded"
        case 505: "http_version_not_supported"
        default: "malformed_request"
        }
    }

    static func refusalDetail(_ status: HTTPStatus) -> String {
        switch status.code {
        case 408: "The request did not arrive in time."
        case 413: "The body is larger than this address takes."
        case 414: "The address is longer than this server takes."
        case 417: "The expectation can't be met."
        case 431: "The header fields are larger than this server takes."
        case 501: "The transfer coding is not known here."
        case 503: "The server is busy. Try again in a moment."
        case 505: "This server speaks HTTP/1.1."
        default: "The request is not well-formed HTTP."
        }
    }
}
