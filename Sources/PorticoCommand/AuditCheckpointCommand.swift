import ArgumentParser
import Portico

/// Prints a checkpoint of an application's audit.
struct AuditCheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-checkpoint", abstract: "Print a signed checkpoint of an application's audit.",
        discussion: """
            One line of JSON: how far the chain goes now, and the hash of its last row. Keep it where nobody who may \
            write to the database can reach it: mail it, print it, commit it. Later

                portico audit-verify <application> --checkpoints FILE

            tells whether the rows up to there are still the same. A node writes checkpoints to a file by itself where \
            audit.checkpoint_file names one.
            """)

    @Argument(help: "The application.")
    var application: String

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let application = try PorticoCommand.applications(named: [application])[0]
        let settings = try options.settings(of: [application])
        let checkpoint = try await Node.checkpoint(
            of: application, settings: settings, logger: CommandLogging.make(settings))
        print(checkpoint.line)
    }
}
