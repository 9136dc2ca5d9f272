import ArgumentParser
import Foundation
import Portico

/// The routes of an application, started on an empty database that is removed afterwards.
enum ScratchMount {
    static func of(_ id: String) async throws -> Mount {
        let application = try PorticoCommand.applications(named: [id])[0]
        let folder = FileManager.default.temporaryDirectory.appending(path: "portico-\(UUIDv7(at: Clock().now()))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let options = try SettingOptions.parse(["--data", folder.path])
        // Whatever the environment says: this must not touch a database in use.
        let settings = try options.settings(
            of: [application], flags: [("database.url", "sqlite:"), ("\(id).database_url", ""), ("secret.key", "")])
        return try await Node.mount(of: application, settings: settings, logger: CommandLogging.make(settings))
    }
}
