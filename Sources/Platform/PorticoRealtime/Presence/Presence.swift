import PorticoValues
import Synchronization

/// Somebody at a place: on a page, at a desk, in a conversation.
public struct PresentMember: Sendable, Hashable {
    /// What tells them from others, for example the account's id.
    public let id: String
    /// Name as others see it.
    public let name: String

    /// Somebody.
    public init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// Where it is kept who is at which place. Whoever is not seen again within the time is gone, so that a node that dies takes
/// nobody along for longer.
public protocol PresenceStore: Sendable {
    /// Notes that somebody is at a place for `span` from now.
    /// - Returns: all who are there.
    /// - Throws: where the store does not answer.
    func see(_ member: PresentMember, at place: String, for span: Span) async throws -> [PresentMember]
    /// All who are at a place.
    func members(at place: String) async throws -> [PresentMember]
    /// Notes that somebody has left, as far as this process saw them there.
    func leave(_ id: String, _ place: String) async throws
}

/// Who is at which place now, on all nodes that share a store.
///
/// ```swift
/// let others = await presence.see(PresentMember(id: "12", name: "Asha"), at: "bill:4711")
/// ```
///
/// Places are names of topics, which whoever asks must be allowed to watch. While the shared store does not answer, each
/// node tells of its own people.
public final class Presence: Sendable {
    /// How long somebody counts as present who was seen.
    public let span: Span
    private let shared: (any PresenceStore)?
    private let local: LocalPresence
    /// Connections of this process that keep somebody somewhere.
    private let seats = Mutex<[SeatName: Int]>([:])

    private struct SeatName: Hashable {
        let id: String
        let place: String
    }

    /// Presence.
    /// - Parameters:
    ///   - shared: what several nodes have in common; nil for one node.
    ///   - span: how long somebody counts as present who was seen.
    public init(clock: Clock, shared: (any PresenceStore)? = nil, span: Span = .seconds(90)) {
        self.span = span
        self.shared = shared
        local = LocalPresence(clock: clock)
    }

    /// Notes that somebody is at a place.
    /// - Returns: the others who are there, by name.
    public func see(_ member: PresentMember, at place: String) async -> [PresentMember] {
        let here = local.note(member, at: place, for: span)
        guard let shared, let all = try? await shared.see(member, at: place, for: span) else {
            return Presence.others(than: member.id, among: here)
        }
        return Presence.others(than: member.id, among: all)
    }

    /// Everybody who is at a place, by name.
    public func members(at place: String) async -> [PresentMember] {
        guard let shared, let all = try? await shared.members(at: place) else {
            return Presence.others(than: nil, among: local.present(at: place))
        }
        return Presence.others(than: nil, among: all)
    }

    /// Notes that somebody has left a place.
    public func leave(_ id: String, _ place: String) async {
        local.remove(id, from: place)
        try? await shared?.leave(id, place)
    }

    /// Keeps somebody at a place, for every sign of life there is: a scan, the heartbeat of a stream. The store is asked
    /// only when a third of the time is over since this process last noted them there.
    public func renew(_ member: PresentMember, at place: String) async {
        let rest = local.rest(of: member.id, at: place).milliseconds
        // Who is noted for longer than anybody ever is was noted before the clock went back.
        guard rest <= span.milliseconds * 2 / 3 || rest > span.milliseconds else { return }
        _ = await see(member, at: place)
    }

    /// Keeps somebody at places for as long as the seat lives and is renewed: for a connection that is open. Who has several
    /// is there until the last of them has ended, and ``linger`` longer.
    public func seat(for member: PresentMember, at places: [String]) -> PresenceSeat {
        seats.withLock { seats in
            for place in places { seats[SeatName(id: member.id, place: place), default: 0] += 1 }
        }
        return PresenceSeat(self, member, places)
    }

    /// How long somebody stays whose last connection has ended: whoever goes from page to page neither leaves nor comes.
    public var linger: Span { min(span, .seconds(5)) }

    /// A seat is free. What is over with the last one is over soon.
    func rise(_ member: PresentMember, from places: [String]) {
        let left = seats.withLock { seats in
            places.filter { place in
                let name = SeatName(id: member.id, place: place)
                let rest = seats[name, default: 1] - 1
                seats[name] = rest > 0 ? rest : nil
                // A connection that was refused brought nobody.
                guard rest <= 0, local.rest(of: member.id, at: place).milliseconds > 0 else { return false }
                // Before anybody can sit down again.
                _ = local.note(member, at: place, for: linger)
                return true
            }
        }
        guard let shared, !left.isEmpty else { return }
        Task {
            for place in left {
                _ = try? await shared.see(member, at: place, for: linger)
                // Somebody who has come back meanwhile stays, whichever note came last.
                if isSeated(member.id, place) { _ = await see(member, at: place) }
            }
        }
    }

    private func isSeated(_ id: String, _ place: String) -> Bool {
        seats.withLock { $0[SeatName(id: id, place: place)] != nil }
    }

    private static func others(than id: String?, among members: [PresentMember]) -> [PresentMember] {
        members.filter { $0.id != id }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }
}

/// Presence within one process.
public final class LocalPresence: PresenceStore {
    private struct Sighting {
        let member: PresentMember
        let until: Instant
    }

    private let clock: Clock
    private let places = Mutex<[String: [String: Sighting]]>([:])
    /// Places beyond which those that everybody has left are looked for.
    private static let most = 10_000

    /// Nobody is anywhere.
    public init(clock: Clock) {
        self.clock = clock
    }

    /// Notes that somebody is at a place for `span` from now, and tells who is there.
    public func see(_ member: PresentMember, at place: String, for span: Span) async -> [PresentMember] {
        note(member, at: place, for: span)
    }

    /// All who are at a place.
    public func members(at place: String) async -> [PresentMember] {
        present(at: place)
    }

    /// Notes that somebody has left.
    public func leave(_ id: String, _ place: String) async {
        remove(id, from: place)
    }

    func note(_ member: PresentMember, at place: String, for span: Span) -> [PresentMember] {
        let now = clock.now()
        return places.withLock { places in
            if places.count > LocalPresence.most {
                places = places.filter { $0.value.values.contains { $0.until > now } }
            }
            var present = places[place, default: [:]].filter { $0.value.until > now }
            present[member.id] = Sighting(member: member, until: now + span)
            places[place] = present
            return present.values.map(\.member)
        }
    }

    func present(at place: String) -> [PresentMember] {
        let now = clock.now()
        return places.withLock { $0[place, default: [:]].values.filter { $0.until > now }.map(\.member) }
    }

    /// How much longer somebody counts as present.
    func rest(of id: String, at place: String) -> Span {
        let now = clock.now()
        return places.withLock { places in places[place]?[id].map { $0.until - now } ?? .milliseconds(0) }
    }

    func remove(_ id: String, from place: String) {
        places.withLock { places in
            places[place]?[id] = nil
            if places[place]?.isEmpty ?? false { places[place] = nil }
        }
    }
}
