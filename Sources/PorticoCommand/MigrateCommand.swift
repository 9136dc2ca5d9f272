import ArgumentParser
import Portico

/// Brings schemas up to date without serving.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the schemas of the applications up to date.")

    @Argument(help: "The applications; all when none is named.")
    var applications: [String] = []

    @Flag(help: "Only say what would be done.")
    var dryRun = false

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let applications = try PorticoCommand.applications(named: applications)
        let settings = try options.settings(of: applications)
        for application in applications {
            let steps = try await Node.migrate(
                application, settings: settings, logger: CommandLogging.make(settings), dryRun: dryRun)
            if steps.isEmpty { print("\(application.id): up to date") }
            for step in steps { print("\(application.id): \(dryRun ? "would apply" : "applied") \(step)") }
        }
    }
}
