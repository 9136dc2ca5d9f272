import PorticoHTTP
import PorticoPages
import PorticoValues

/// How the account pages look in an application: inside its own surroundings, in its words.
///
/// ```swift
/// mount.routes += identity.accountPages(
///     AccountAppearance(zone: .india, roleName: { words.role($0) }) { context in try await frame(context).shell })
/// ```
public struct AccountAppearance: Sendable {
    /// The page on which an authenticator is added, below the mount.
    public static let secondFactorPath = "/account/second-factor"
    /// The page of one's own account, below the mount.
    public static let accountPath = "/account"

    /// Where the readers are.
    public var zone: TimeZoneOffset
    /// Where people get a file of everything that is kept about them, below the mount; nil where there is none.
    public var exportPath: String?
    /// A role as people call it.
    public var roleName: @Sendable (String) -> String
    /// A permission as people call it.
    public var permissionName: @Sendable (String) -> String
    /// The surroundings of a page for whoever is signed in: navigation, person and form token. The pages put in their
    /// titles and messages.
    public var shell: @Sendable (RequestContext) async throws -> PageShell

    /// An appearance.
    public init(
        zone: TimeZoneOffset = .utc, exportPath: String? = nil,
        roleName: @escaping @Sendable (String) -> String = { $0 },
        permissionName: @escaping @Sendable (String) -> String = { $0 },
        shell: @escaping @Sendable (RequestContext) async throws -> PageShell
    ) {
        self.zone = zone
        self.exportPath = exportPath
        self.roleName = roleName
        self.permissionName = permissionName
        self.shell = shell
    }
}
