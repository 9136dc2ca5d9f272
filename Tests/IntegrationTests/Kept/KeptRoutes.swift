import BagTracking
import Logging
import Portico
import PorticoTesting

/// The routes of bag tracking whose answers somebody may keep, as their declarations say.
struct KeptRoutes: Sendable {
    /// Pages are never kept, but these are made of figures that nodes keep.
    private static let pages: Set<String> = ["dashboardPage", "summaryPage"]

    let all: [Route]
    private let permissions: [String: Set<String>]

    /// Reads the declarations of an application on an empty database.
    static func declared() async throws -> KeptRoutes {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let application = BagTrackingApplication()
        let settings = try Settings(
            PlatformSettings.declarations + application.settings,
            flags: [
                (key: "data.directory", value: folder.path), (key: "database.url", value: "sqlite:\(folder.path)"),
                (key: "secret.key", value: randomBytes(32).hexadecimal),
            ])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return KeptRoutes(try await Node.mount(of: application, settings: settings, logger: logger))
    }

    private init(_ mount: Mount) {
        permissions = Dictionary(uniqueKeysWithValues: mount.roles.map { ($0.name, $0.permissions) })
        all = mount.routes.filter { route in
            guard route.method == .get else { return false }
            return route.cache.isValidated || route.cache.sharing != nil || KeptRoutes.pages.contains(route.name)
        }
    }

    /// Their names.
    var names: Set<String> { Set(all.map(\.name)) }

    /// Whether answers carry a tag that a client may come back with.
    func isValidated(_ name: String) -> Bool { all.first { $0.name == name }?.cache.isValidated ?? false }

    /// Whether a role gets an answer at all.
    func admits(_ role: String, to name: String) -> Bool {
        all.first { $0.name == name }?.access.admits(permissions[role] ?? []) ?? false
    }

    /// Whether a route is open to everybody.
    func isOpen(_ name: String) -> Bool { all.first { $0.name == name }?.access == .anonymous }
}
