import ArgumentParser
import Portico

/// Checks the audit chain of an application.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-verify", abstract: "Check that no row of an application's audit was changed or removed.")

    @Argument(help: "The application.")
    var application: String

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let application = try PorticoCommand.applications(named: [application])[0]
        let settings = try options.settings(of: [application])
        let database = try await Node.open(application, settings: settings, logger: CommandLogging.make(settings))
        let verification = try await AuditChain.verify(database)
        await database.engine.close()
        if verification.ok {
            print("ok: \(verification.rows) rows, \(verification.chained) chained")
        } else {
            print("broken: the first bad row is \(verification.firstBadSeq.map(String.init) ?? "unknown")")
            throw ExitCode(1)
        }
    }
}
