import ArgumentParser
import Foundation
import Portico

/// Moves applications from their embedded databases to PostgreSQL.
struct MigrateDataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate-data", abstract: "Move applications from SQLite to PostgreSQL, and compare every row.",
        discussion: """
            The rows go to --to, or where the settings say (database.url, or <application>.database_url). Stop the node \
            first: what is written to the source meanwhile is not moved. The target must be empty, or hold what an \
            earlier run has left: the same command goes on where one was broken off. Exits with 1 when a table differs \
            or the move can't go on, and with 130 when it was interrupted.
            """)

    @Argument(help: "The applications; all when none is named.")
    var applications: [String] = []

    @Option(help: "Where the rows are: sqlite:<folder or file>.")
    var from = "sqlite:data"

    @Option(help: "Where they go: postgres://…; without it, where the settings say.")
    var to: String?

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let applications = try PorticoCommand.applications(named: applications)
        let settings = try options.settings(of: applications)
        let stop = StopSignal()
        var areWhole = true
        for application in applications {
            let isWhole = try await move(application, settings, stop)
            areWhole = areWhole && isWhole
        }
        if !areWhole { throw ExitCode(1) }
    }

    /// Moves one application, and says how it went.
    /// - Returns: whether all rows are there as they were.
    private func move(
        _ application: any Application, _ settings: Settings, _ stop: StopSignal
    ) async throws -> Bool {
        print("\(application.id)")
        let terminal = MoveTerminal(of: application.id)
        let started = monotonicNanoseconds()
        let watching = Task { await terminal.watch() }
        defer { watching.cancel() }
        do {
            let tables = try await stop.interrupting(saying: terminal.announceEnd) {
                try await Node.move(
                    application, from: from, to: to, settings: settings, logger: CommandLogging.make(settings)
                ) { terminal.hear($0) }
            }
            let seconds = Int((monotonicNanoseconds() - started) / 1_000_000_000)
            terminal.say(MoveReport.summary(of: application.id, tables, seconds: seconds))
            return tables.allSatisfy(\.isWhole)
        } catch is CancellationError {
            terminal.complain("interrupted; what has arrived stays there, and the same command goes on from it")
            throw ExitCode(130)
        } catch let error as SQLError where error.mayPass {
            terminal.complain("\(error); what has arrived stays there, and the same command goes on from it")
            throw ExitCode(1)
        } catch {
            terminal.end()
            throw error
        }
    }
}

extension SQLError {
    /// Whether the same command may come further when what stood in the way is gone.
    fileprivate var mayPass: Bool { isTransient || code == .commitUnknown || code == .diskFull }
}
