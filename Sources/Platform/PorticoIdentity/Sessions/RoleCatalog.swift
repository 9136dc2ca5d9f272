/// The roles of an application: names for sets of permissions.
public struct RoleCatalog: Sendable {
    /// The roles in the order they were declared, as a mount lists them.
    public let roles: [(name: String, permissions: Set<String>)]

    private let guarded: Set<String>
    private let mailed: Set<String>

    /// A catalogue.
    /// - Parameters:
    ///   - secondFactorFor: roles that allow nothing before their owner has added an authenticator.
    ///   - mailed: roles whose people without an authenticator are mailed a code at every sign-in.
    public init(
        _ roles: [(name: String, permissions: Set<String>)], secondFactorFor guarded: Set<String> = [],
        codesByMailFor mailed: Set<String> = []
    ) {
        self.roles = roles
        self.guarded = guarded
        self.mailed = mailed
    }

    /// Whether signing in to a role takes a code by mail where there is no authenticator.
    public func mailsCodes(to role: String) -> Bool {
        mailed.contains(role)
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
