import PorticoLimits
import PorticoValues

/// On what terms a transport may keep the answer to a request and give it to others.
public struct SharedTerms: Sendable {
    /// How long, and what outdates it; tags with the values of the path.
    public let caching: SharedCaching
    let site: Site
    let served: ServedRoute

    /// Whether a client that speaks for itself may be given a kept answer without further questions: no list, ban or proxy
    /// has a say about it.
    /// - Parameter peer: numeric address of the socket's peer.
    public func admits(_ peer: String) -> Bool {
        let configuration = site.configuration
        if configuration.doors.isOpen { return true }
        guard !configuration.trustedProxies.contains(peer) else { return false }
        return (try? configuration.doors.look(at: peer, now: configuration.clock.now())) != nil
    }

    /// The present time by the site's clock.
    public var now: Instant { site.configuration.clock.now() }

    /// Whether the peer is a proxy whose word counts, such as the id it gives a request.
    public func trusts(_ peer: String) -> Bool { site.configuration.trustedProxies.contains(peer) }

    /// The fields that differ from answer to answer, as lines of a head, for one that is given from memory; counts it.
    /// - Parameter began: monotonic nanoseconds at which the request was here.
    public func lines(_ method: HTTPMethod, _ status: HTTPStatus, since began: Int64) -> String {
        let elapsed = monotonicNanoseconds() - began
        site.journal.count(method, served, status, elapsed)
        return DurationText.lines(elapsed, id: site.requestIDs.next())
    }

    /// The same as fields, in place of those that are there.
    /// - Parameter isHit: whether the answer was there before the request.
    public func stamp(_ response: inout Response, for head: RequestHead, since began: Int64, isHit: Bool) {
        let elapsed = monotonicNanoseconds() - began
        site.journal.count(head.method, served, response.status, elapsed)
        response.headers["x-request-id"] = site.requestID(of: head)
        response.headers["x-response-time"] = DurationText.responseTime(elapsed)
        let outcome = isHit ? ", cache;desc=hit" : ", cache;desc=miss"
        response.headers["server-timing"] = DurationText.serverTiming(elapsed, nil) + outcome
    }

    /// The fields that an answer kept for others must not keep.
    public static let ownFields: Set<String> = [
        "x-request-id", "x-response-time", "server-timing", "ratelimit", "ratelimit-policy", "set-cookie", "date",
        "age",
    ]
}

extension Site {
    /// The terms of a request whose answer is the same for everybody; nil for all others, and for clients that are to be
    /// refused. Each thing has one address here: what is written in another way, or asks for what the route does not know,
    /// is answered and not kept, so that nobody can fill the memory with copies of one page.
    public func sharing(of head: RequestHead) -> SharedTerms? {
        guard head.method == .get || head.method == .head,
            sharedPrefixes.contains(where: { head.target.utf8.starts(with: $0.utf8) }),
            case .match(let match) = router.find(head.method, head.path),
            var caching = match.served.route.cache.sharing, isUsual(head, match.served.route)
        else { return nil }
        let client = configuration.trustedProxies.clientAddress(of: head)
        guard (try? configuration.doors.look(at: client, now: configuration.clock.now())) != nil else { return nil }
        caching.tags = caching.tags.map { Site.filled($0, match.parameters) }
        return SharedTerms(caching: caching, site: self, served: match.served)
    }

    /// The refusal of a client that asks for more than the route's limit allows; counts the request.
    public func refusalByLimits(_ request: Request) async -> Response? {
        guard case .match(let match) = router.find(request.head.method, request.head.path) else { return nil }
        let exchange = arrive(request)
        exchange.take(match)
        let welcome = try? configuration.doors.look(at: exchange.clientAddress, now: exchange.now)
        guard welcome != .spared, let rate = await rates?.decide(exchange), !rate.isAllowed else { return nil }
        exchange.rate = rate
        return leave(exchange, present(RateGuard.refusal(rate), exchange), measure: nil)
    }

    private func isUsual(_ head: RequestHead, _ route: Route) -> Bool {
        guard !head.path.utf8.contains(0x25) else { return false }
        guard !head.query.isEmpty else { return !head.target.utf8.contains(0x3F) }
        guard let pairs = PercentCoding.pairs(head.query), Set(pairs.map(\.name)).count == pairs.count else {
            return false
        }
        return pairs.allSatisfy { pair in route.fields.contains { $0.place == .query && $0.name == pair.name } }
    }

    /// A tag with the values of the path in place of their names in braces.
    static func filled(_ tag: String, _ parameters: [(name: String, value: String)]) -> String {
        var text = ""
        for (index, part) in tag.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            guard index > 0, let end = part.firstIndex(of: "}"),
                let value = parameters.first(where: { $0.name == part[..<end] })?.value
            else {
                text += index > 0 ? "{\(part)" : String(part)
                continue
            }
            text += value + part[part.index(after: end)...]
        }
        return text
    }

    /// A copy for everybody must not depend on who asks.
    static func check(_ route: Route) throws(RouterError) {
        guard let sharing = route.cache.sharing else { return }
        guard route.access == .anonymous, route.method == .get else {
            throw RouterError(message: "\(route.name) is kept for everybody, so it must be GET and open to everybody")
        }
        if let flaw = sharing.flaw { throw RouterError(message: "\(route.name) is kept for everybody, and \(flaw)") }
    }
}
