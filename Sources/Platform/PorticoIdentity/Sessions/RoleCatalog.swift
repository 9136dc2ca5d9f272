/// The roles of an application: names for sets of permissions.
public struct RoleCatalog: Sendable {
    /// The roles in the order they were declared, as a mount lists them.
    public let roles: [(name: String, permissions: Set<String>)]

    private let guarded: Set<String>

    /// A catalogue.
    /// - Parameter secondFactorFor: roles that allow nothing before their owner has added an authenticator.
    public init(_ roles: [(name: String, permissions: Set<String>)], secondFactorFor guarded: Set<String> = []) {
        self.roles = roles
        self.guarded = guarded
    }

    /// Whether a role allows nothing without a second factor.
    public func requiresSecondFactor(_ role: String) -> Bool {
        guarded.contains(role)
    }

    /// The permissions of a role; none for a name that is not in the catalogue.
    public func permissions(of role: String) -> Set<String> {
        roles.first { $0.name == role }?.permissions ?? []
    }
}
