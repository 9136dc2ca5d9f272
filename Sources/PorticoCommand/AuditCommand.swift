import ArgumentParser
import Portico

/// Checks the audit chain of an application.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-verify", abstract: "Check that no row of an application's audit was changed or removed.",
        discussion: """
            The chain is in the database, so whoever may write there can make a new one. With --checkpoints it must \
            agree with what was published before: each checkpoint of the application in the file must have a right \
            signature, and its row the hash of that time. Exits with 1 and names the first row or line that is wrong.
            """)

    @Argument(help: "The application.")
    var application: String

    @Option(help: "A file of checkpoints, one a line, that the chain must agree with.")
    var checkpoints: String?

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let application = try PorticoCommand.applications(named: [application])[0]
        let settings = try options.settings(of: [application])
        let found = try await Node.verifyAudit(
            of: application, against: checkpoints, settings: settings, logger: CommandLogging.make(settings))
        if let seq = found.firstBadSeq { print("broken: the first bad row is \(seq)") }
        if let fault = found.firstBadCheckpoint { print("broken: the first bad checkpoint is \(fault)") }
        guard found.ok else { throw ExitCode(1) }
        if let checkpoints, found.checkpoints == 0 {
            print("nothing to compare with: \(checkpoints) has no checkpoint of \(application.id)")
            throw ExitCode(1)
        }
        let compared = found.checkpoints.map { ", \($0) checkpoints" } ?? ""
        print("ok: \(found.rows) rows, \(found.chained) chained\(compared)")
    }
}
