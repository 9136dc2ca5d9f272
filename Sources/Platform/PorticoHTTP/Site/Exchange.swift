import PorticoLimits
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// One request on its way through the steps of a site. One task at a time has it; by reference, because every step would
/// copy it otherwise.
final class Exchange {
    let request: Request
    let requestID: String
    let startedNanoseconds: Int64
    let now: Instant
    let clientAddress: String
    /// For scripts and styles of a page; empty where the answer is none.
    private(set) lazy var nonce = wantsPage && !isShared ? randomBytes(16).hexadecimal : ""
    /// Whose pages stand where there is no route; the mount of the route otherwise.
    var mount: Int?
    /// The route that answers.
    var served: ServedRoute?
    var parameters: [(name: String, value: String)] = []
    var principal: Principal?
    /// What copies of the database must know before they answer; nil where there are none.
    var session: ReadSession?
    /// Whether the client's network is spared limits.
    var isSpared = false
    /// The place among those that are served.
    var place: LoadPermit?
    /// Whether there was no place for it.
    var isShed = false
    /// The code of the problem that was answered, if one was.
    var refusal: String?
    /// Where the caller stands; nil on routes without a limit.
    var rate: RateDecision?
    var body: FieldSource.Body = .none
    /// The file that was sent.
    var upload: UploadedFile?
    /// Why a file that came was not kept.
    var uploadProblem: Problem?
    /// SHA-256 of what was sent, where that is not simply the body.
    var formDigest: [UInt8]?
    /// Cookie value that forms of an anonymous visitor are bound to, and whether it must be set.
    var visit: (value: String, isNew: Bool)?

    init(request: Request, requestID: String, now: Instant, clientAddress: String, mount: Int?) {
        self.request = request
        self.requestID = requestID
        self.startedNanoseconds = monotonicNanoseconds()
        self.now = now
        self.clientAddress = clientAddress
        self.mount = mount
    }

    /// Whether the answer is the same for everybody, so that nothing in it may depend on who asks.
    var isShared: Bool { served?.route.cache.sharing != nil }

    /// The request as its handler hears it. Where the answer is the same for everybody it tells nothing of who asks, also
    /// when the node keeps no copy: caches in front of it may.
    var told: Request {
        guard let sharing = served?.route.cache.sharing, !request.isForEverybody else { return request }
        var told = request
        told.head.headers = sharing.common(request.head.headers)
        told.head.peer = ""
        return told
    }

    /// Takes the route that was found.
    func take(_ match: Router.Match) {
        mount = match.served.position.mount
        served = match.served
        parameters = match.parameters
    }

    /// Whether the answer should be a page rather than a document for programs.
    var wantsPage: Bool {
        if let served { return served.route.format == .page }
        guard !request.head.path.contains("/api/") else { return false }
        return request.head.headers["accept"]?.contains("text/html") ?? false
    }
}
