/// The roles of an application: names for sets of permissions.
public struct RoleCatalog: Sendable {
    /// The roles in the order they were declared, as a mount lists them.
    public let roles: [(name: String, permissions: Set<String>)]

    /// A catalogue.
    public init(_ roles: [(name: String, permissions: Set<String>)]) {
        self.roles = roles
    }

    /// The permissions of a role; none for a name that is not in the catalogue.
    public func permissions(of role: String) -> Set<String> {
        roles.first { $0.name == role }?.permissions ?? []
    }
}
