import ArgumentParser
import BagTracking
import Portico

/// The command-line tool.
@main
struct PorticoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico",
        abstract: "Public-service and operations back ends that stay fast, safe and observable.",
        version: version,
        subcommands: [
            ServeCommand.self, ConfigCommand.self, MigrateCommand.self, PermissionsCommand.self, OpenAPICommand.self,
            AuditCommand.self, AuditCheckpointCommand.self, AccountCommand.self, MigrateDataCommand.self,
            CountersCommand.self, BenchCommand.self,
        ])

    static let version = "0.1.0"

    /// Every application this program carries.
    static let applications: [any Application] = [BagTrackingApplication()]

    /// The applications of these ids; all when none is named.
    static func applications(named ids: [String]) throws -> [any Application] {
        guard !ids.isEmpty else { return applications }
        return try ids.map { id in
            guard let application = applications.first(where: { $0.id == id }) else {
                let known = applications.map(\.id).joined(separator: ", ")
                throw ValidationError("there is no application '\(id)'; there are \(known)")
            }
            return application
        }
    }
}
