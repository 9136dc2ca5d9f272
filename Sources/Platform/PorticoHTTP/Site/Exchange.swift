import PorticoLimits
import PorticoTelemetry
import PorticoValues

/// One request on its way through the steps of a site.
struct Exchange {
    let request: Request
    let requestID: String
    let startedNanoseconds: Int64
    let now: Instant
    let clientAddress: String
    /// For scripts and styles of a page; made when there will be one.
    var nonce = ""
    var mount: Int?
    var route: Route?
    /// Where the route stands among those of its mount.
    var routeIndex: Int?
    var parameters: [(name: String, value: String)] = []
    var principal: Principal?
    /// Where the caller stands; nil on routes without a limit.
    var rate: RateDecision?
    var body: FieldSource.Body = .none
    /// Cookie value that forms of an anonymous visitor are bound to, and whether it must be set.
    var visit: (value: String, isNew: Bool)?

    var head: RequestHead { request.head }

    /// Whether the answer should be a page rather than a document for programs.
    var wantsPage: Bool {
        if let route { return route.format == .page }
        guard !head.path.contains("/api/") else { return false }
        return head.headers["accept"]?.contains("text/html") ?? false
    }
}
