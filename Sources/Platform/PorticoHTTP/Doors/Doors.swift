import PorticoLimits
import PorticoValues

/// Who may come in at all, and whether there is room: what a request passes before anything is done for it.
///
/// Vital routes (``Route/priority``) pass always, so that health and signing out are answered whatever happens.
public struct Doors: Sendable {
    /// Networks that stay out, and networks that are spared limits and bans.
    public let gate: AddressGate
    /// Keeps clients out that probe for weaknesses; nil keeps nobody out.
    public let bans: AutoBan?
    /// Refuses early what could only be served late; nil lets everything in.
    public let load: LoadShedder?

    /// Doors that stand open until the gate is told otherwise.
    public init(gate: AddressGate = AddressGate(), bans: AutoBan? = nil, load: LoadShedder? = nil) {
        self.gate = gate
        self.bans = bans
        self.load = load
    }

    /// Whether nobody is kept out or spared.
    var isOpen: Bool { gate.isOpen && bans?.isEmpty != false }

    /// What the lists and bans say about a client.
    enum Welcome: Sendable {
        /// Comes in like everybody.
        case usual
        /// On the allow list: no limit counts.
        case spared
    }

    /// Looks at who comes.
    /// - Throws: ``Problem`` 403 `address_denied`, 429 `address_banned`.
    func look(at address: String, now: Instant) throws(Problem) -> Welcome {
        guard !isOpen else { return .usual }
        switch gate.verdict(on: address) {
        case .denied: throw Problem(403, "address_denied", "This site does not serve your network.")
        case .allowed: return .spared
        case .unlisted: break
        }
        guard let ban = bans?.ban(of: .of(address: address), at: now) else { return .usual }
        let seconds = max(1, ((ban.end - now).milliseconds + 999) / 1000)
        throw Problem(
            429, "address_banned", "Your network is shut out for a while because it probed this site.",
            type: .abnormalUsage, headers: ["retry-after": String(seconds)])
    }

    /// Finds a place for a request.
    /// - Returns: the place, to be given back when the answer is made; nil where nobody counts.
    /// - Throws: ``Problem`` 503 `overloaded`.
    func place(for served: ServedRoute) throws(Problem) -> LoadPermit? {
        guard let load else { return nil }
        switch load.admit(route: served.pattern, priority: served.route.priority) {
        case .admitted(let permit): return permit
        case .refused: throw Doors.overloaded
        }
    }

    /// Whether there is no place for a request, without taking one.
    func isFull(for served: ServedRoute) -> Bool {
        load?.refuses(route: served.pattern, priority: served.route.priority) ?? false
    }

    /// What those hear for whom there is no place.
    static let overloaded = Problem(
        503, "overloaded", "Too many people are at work here at this moment. Try again in a few seconds.",
        type: .reducedCapacity, headers: ["retry-after": "2"])

    /// Counts a strike against a client whose bytes are no request.
    func noteMalformed(_ status: HTTPStatus, from client: String, at now: Instant) {
        guard status.code == 400 else { return }
        bans?.strike(.of(address: client), reason: "malformed requests", at: now)
    }

    /// Counts strikes against a client that asks for an address that only a prober asks for.
    func noteUnknown(_ path: Substring, from client: String, at now: Instant) {
        guard let bans, Probe.isLikely(path) else { return }
        bans.strike(.of(address: client), weight: Probe.weight, reason: "probes for other software", at: now)
    }
}
