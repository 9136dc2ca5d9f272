import PorticoHTTP
import PorticoPages
import PorticoValues

/// How the operators' pages look in an application: inside its own surroundings, under its limits.
///
/// ```swift
/// let appearance = ConsoleAppearance(zone: .india) { context in try await frame(context).shell }
/// mount.routes += JobConsole(queue: jobs, database: database, cursors: cursors).pages(appearance)
/// ```
public struct ConsoleAppearance: Sendable {
    /// Where the readers are.
    public var zone: TimeZoneOffset
    /// How often the pages and their forms may be asked for.
    public var limit: LimitClass
    /// The surroundings of a page for whoever is signed in. The pages put in their titles and messages.
    public var shell: @Sendable (RequestContext) async throws -> PageShell

    /// An appearance.
    public init(
        zone: TimeZoneOffset = .utc, limit: LimitClass = .pages,
        shell: @escaping @Sendable (RequestContext) async throws -> PageShell
    ) {
        self.zone = zone
        self.limit = limit
        self.shell = shell
    }

    /// Where the operators' pages begin, below the mount.
    public static let path = "/ops"
}

/// The permissions of operators.
enum ConsolePermission {
    static let read = Access.permission("operations.read")
    static let write = Access.permission("operations.write")
}
