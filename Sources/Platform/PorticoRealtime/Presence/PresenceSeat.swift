/// What keeps somebody at places while a connection is open. Their time there is nearly over when nobody holds this any more.
public final class PresenceSeat: Sendable {
    private let presence: Presence
    private let member: PresentMember
    private let places: [String]

    init(_ presence: Presence, _ member: PresentMember, _ places: [String]) {
        self.presence = presence
        self.member = member
        self.places = places
    }

    deinit { presence.rise(member, from: places) }

    /// Says that the connection is open: at its beginning and with every sign of life.
    public func renew() async {
        for place in places { await presence.renew(member, at: place) }
    }
}
