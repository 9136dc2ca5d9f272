import ArgumentParser
import Portico

/// Moves applications from their embedded databases to PostgreSQL.
struct MigrateDataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate-data", abstract: "Move applications from SQLite to PostgreSQL, and compare every row.",
        discussion: """
            The settings say where the rows are to go (database.url, or <application>.database_url). Stop the node first: \
            what is written to the source meanwhile is not moved. The target must be empty. Exits with 1 when a table \
            differs.
            """)

    @Argument(help: "The applications; all when none is named.")
    var applications: [String] = []

    @Option(help: "Where the rows are: sqlite:<folder or file>.")
    var from = "sqlite:data"

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let applications = try PorticoCommand.applications(named: applications)
        let settings = try options.settings(of: applications)
        var areWhole = true
        for application in applications {
            print("\(application.id)")
            let tables = try await Node.move(
                application, from: from, settings: settings, logger: CommandLogging.make(settings)
            ) { print(MigrateDataCommand.line($0)) }
            let rows = tables.reduce(0) { $0 + $1.arrived }
            areWhole = areWhole && tables.allSatisfy(\.isWhole)
            print("\(application.id): \(tables.count) tables, \(rows) rows\(areWhole ? ", all as they were" : "")")
        }
        if !areWhole { throw ExitCode(1) }
    }

    private static func line(_ table: DataMove.Table) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        let state = table.isWhole ? "ok" : "DIFFERS: \(table.arrived) rows, \(table.arrivedDigest)"
        return "  \(padded(table.name, 28))\(padded(String(table.rows), 12))\(table.digest)  \(state)"
    }
}
