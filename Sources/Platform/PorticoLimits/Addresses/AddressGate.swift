import Synchronization

/// What the lists say about an address.
public enum AddressVerdict: Sendable, Hashable {
    /// On the deny list; or, when the gate admits only what is listed, not on the allow list (then without a network).
    case denied(Network?)
    /// On the allow list: such a client may be spared limits and bans.
    case allowed(Network)
    /// On neither list.
    case unlisted
}

/// The deny and allow lists of a site. Deny wins. Both lists are replaced at once while the server runs; a request sees
/// either the old pair or the new one.
public final class AddressGate: Sendable {
    private struct Lists: Sendable {
        var deny: NetworkSet
        var allow: NetworkSet
        var admitsOnlyListed: Bool
    }

    private let lists: Mutex<Lists>

    /// A gate with its lists.
    ///
    /// - Parameter admitsOnlyListed: whether addresses that are on no list stay outside.
    public init(deny: NetworkSet = NetworkSet(), allow: NetworkSet = NetworkSet(), admitsOnlyListed: Bool = false) {
        lists = Mutex(Lists(deny: deny, allow: allow, admitsOnlyListed: admitsOnlyListed))
    }

    /// Replaces both lists.
    public func replace(deny: NetworkSet, allow: NetworkSet, admitsOnlyListed: Bool = false) {
        lists.withLock { $0 = Lists(deny: deny, allow: allow, admitsOnlyListed: admitsOnlyListed) }
    }

    /// Replaces both lists by texts, see ``NetworkSet/init(parsing:)``. Throws, and changes nothing, when one has a bad
    /// line.
    public func replace(
        denyText: String, allowText: String, admitsOnlyListed: Bool = false
    ) throws(AddressListError) {
        let deny = try NetworkSet(parsing: denyText)
        let allow = try NetworkSet(parsing: allowText)
        replace(deny: deny, allow: allow, admitsOnlyListed: admitsOnlyListed)
    }

    /// The denied and the allowed networks.
    public var networks: (deny: [Network], allow: [Network]) {
        lists.withLock { ($0.deny.networks, $0.allow.networks) }
    }

    /// Whether both lists are empty and everybody may come.
    public var isOpen: Bool {
        lists.withLock { $0.deny.networks.isEmpty && $0.allow.networks.isEmpty && !$0.admitsOnlyListed }
    }

    /// What the lists say about an address.
    public func verdict(on address: NetworkAddress) -> AddressVerdict {
        // The lists are copied out, which costs two reference counts; the search runs without the lock.
        let lists = lists.withLock { $0 }
        if let network = lists.deny.network(containing: address) { return .denied(network) }
        if let network = lists.allow.network(containing: address) { return .allowed(network) }
        return lists.admitsOnlyListed ? .denied(nil) : .unlisted
    }

    /// What the lists say about a numeric address. A peer without one, as on a Unix socket, is on no list.
    public func verdict(on address: String) -> AddressVerdict {
        if let address = NetworkAddress(address) { return verdict(on: address) }
        return lists.withLock { $0.admitsOnlyListed } ? .denied(nil) : .unlisted
    }
}
