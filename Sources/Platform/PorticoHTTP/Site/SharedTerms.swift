import PorticoValues

/// On what terms a transport may keep the answer to a request and give it to others.
public struct SharedTerms: Sendable {
    /// How long, and what outdates it; tags with the values of the path.
    public let caching: SharedCaching
    let journal: RequestJournal
    let served: ServedRoute
    let requestIDs: RequestIDSource

    /// The fields that differ from answer to answer, as lines of a head, for one that is given from memory; counts it.
    /// - Parameter began: monotonic nanoseconds at which the request was here.
    public func lines(_ method: HTTPMethod, _ status: HTTPStatus, since began: Int64) -> String {
        let elapsed = monotonicNanoseconds() - began
        journal.count(method, served, status, elapsed)
        return DurationText.lines(elapsed, id: requestIDs.next())
    }

    /// The same as fields.
    /// - Parameter isHit: whether the answer was there before the request.
    public func stamp(_ response: inout Response, _ method: HTTPMethod, since began: Int64, isHit: Bool) {
        let elapsed = monotonicNanoseconds() - began
        journal.count(method, served, response.status, elapsed)
        response.headers.add("x-request-id", requestIDs.next())
        response.headers.add("x-response-time", DurationText.responseTime(elapsed))
        response.headers.add(
            "server-timing",
            DurationText.serverTiming(elapsed, nil) + (isHit ? ", cache;desc=hit" : ", cache;desc=miss"))
    }

    /// The fields that an answer kept for others must not keep.
    public static let ownFields: Set<String> = [
        "x-request-id", "x-response-time", "server-timing", "ratelimit", "ratelimit-policy", "set-cookie", "date",
    ]
}

extension Site {
    /// The terms of a request whose answer is the same for everybody; nil for all others.
    public func sharing(of head: RequestHead) -> SharedTerms? {
        guard head.method == .get || head.method == .head,
            case .match(let match) = router.find(head.method, head.path),
            var caching = match.served.route.cache.sharing
        else { return nil }
        for parameter in match.parameters {
            caching.tags = caching.tags.map { $0.replacing("{\(parameter.name)}", with: parameter.value) }
        }
        return SharedTerms(caching: caching, journal: journal, served: match.served, requestIDs: requestIDs)
    }

    /// A copy for everybody must not depend on who asks.
    static func check(_ route: Route) throws(RouterError) {
        guard route.cache.sharing != nil, route.access != .anonymous || route.method != .get else { return }
        throw RouterError(message: "\(route.name) is kept for everybody, so it must be GET and open to everybody")
    }
}
