import Synchronization

/// Keeps an overloaded server useful: it refuses early and cheaply what it could only serve late.
///
/// The measure is goodput, the answers per second that come in time. A server that accepts everything under three times
/// its capacity serves nearly nothing in time, because every request waits behind those that have given up. One that
/// accepts what fits keeps the goodput of full load, and the refused know at once (503 with `Retry-After`).
///
/// A request passes the limit of its route, if it has one, and then the limit of the whole server, which follows latency
/// and keeps a share for critical requests. Vital requests pass always, so `/livez` answers under any load.
public final class LoadShedder: Sendable {
    /// The limit of the whole server.
    public let server: ConcurrencyLimit
    private let routes: Mutex<[String: ConcurrencyLimit]>

    /// A shedder.
    ///
    /// - Parameter routes: fixed limits by route pattern, for what is dear: exports, reports, password hashes.
    public init(
        server: AdaptiveLimit.Configuration = AdaptiveLimit.Configuration(),
        shares: PriorityShares = PriorityShares(), routes: [String: Int] = [:]
    ) {
        self.server = ConcurrencyLimit(server, shares: shares)
        self.routes = Mutex(routes.mapValues { ConcurrencyLimit($0) })
    }

    /// Lets a request in, or says what refused it.
    public func admit(route: String, priority: RequestPriority) -> LoadVerdict {
        guard priority != .vital else { return .admitted(LoadPermit(route: nil, server: server.admit(.vital))) }
        var routePermit: ServicePermit?
        if let limit = routes.withLock({ $0[route] }) {
            routePermit = limit.admit(priority)
            guard routePermit != nil else { return .refused(.route) }
        }
        guard let serverPermit = server.admit(priority) else {
            routePermit?.finish()
            return .refused(.server)
        }
        return .admitted(LoadPermit(route: routePermit, server: serverPermit))
    }

    /// Says at the least cost whether a request is to be refused; it counts as refused then. Who is not refused here takes a
    /// place with ``admit(route:priority:)``, and may be refused there.
    public func refuses(route: String, priority: RequestPriority) -> Bool {
        guard priority != .vital else { return false }
        return routes.withLock({ $0[route] })?.refuses(priority) ?? false || server.refuses(priority)
    }

    /// Sets the limit of a route while the server runs, or removes it with nil. Requests under way count for the old
    /// limit.
    public func setLimit(_ limit: Int?, ofRoute route: String) {
        routes.withLock { $0[route] = limit.map { ConcurrencyLimit($0) } }
    }

    /// The limits of routes by pattern.
    public var routeLimits: [String: ConcurrencyLimit] { routes.withLock { $0 } }
}

/// What became of a request at the ``LoadShedder``.
public enum LoadVerdict: Sendable {
    /// What had no place left.
    public enum Cause: Sendable, Hashable {
        /// The request's route.
        case route
        /// The whole server.
        case server
    }

    /// It is served; finish the permit with its end.
    case admitted(LoadPermit)
    /// Answer 503 with `Retry-After`.
    case refused(Cause)
}

/// The places of one request. Given back by ``finish(_:)``, or when nobody holds them any more.
public struct LoadPermit: Sendable {
    fileprivate let route: ServicePermit?
    fileprivate let server: ServicePermit?

    /// Gives the places back; a second time does nothing.
    public func finish(_ end: ServicePermit.End = .unmeasured) {
        route?.finish()
        server?.finish(end)
    }
}
