import ArgumentParser
import Portico

/// Prints the effective settings with their sources, secrets masked.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Print the effective settings and where they come from.")

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try options.settings(of: PorticoCommand.applications)
        for row in settings.table {
            print("\(row.key): \(row.value)\n    \(row.summary)\n    source: \(row.source)")
        }
    }
}
