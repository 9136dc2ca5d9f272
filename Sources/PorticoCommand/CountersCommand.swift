import ArgumentParser
import Foundation
import Portico

/// Compares the counters of an application with its rows, and sets them right.
struct CountersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counters", abstract: "Compare the counters of an application with the rows they count.",
        discussion: """
            Prints each counter beside what its rows say, in one snapshot, and exits with 1 where they differ. Nothing is \
            changed. A difference is an incident: find out what wrote to the database beside the application first. Then

                portico counters <application> --rebuild

            sets every counter to what its rows say, in one transaction with a row of the audit. Nodes may run; on a large \
            database their writes wait for some seconds.
            """)

    @Argument(help: "The application.")
    var application: String

    @Flag(help: "Set every counter to what its rows say.")
    var rebuild = false

    @Option(help: "Who orders it, as the audit keeps it; the user of the system when nobody is named.")
    var by: String?

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let application = try PorticoCommand.applications(named: [application])[0]
        guard application.counters != nil else { throw ValidationError("\(application.id) keeps no counters") }
        let settings = try options.settings(of: [application])
        let logger = CommandLogging.make(settings)
        let found: [KeptCounters.Line]
        if rebuild {
            found = try await Node.rebuildCounters(
                of: application, by: by ?? ProcessInfo.processInfo.userName, settings: settings, logger: logger)
        } else {
            found = try await Node.compareCounters(of: application, settings: settings, logger: logger)
        }
        CountersCommand.printTable(found)
        let wrong = found.filter { !$0.isRight }.count
        if wrong == 0 {
            print("ok: \(found.count) counters agree with their rows")
        } else if rebuild {
            print("rebuilt: \(wrong) of \(found.count) counters were wrong and say now what their rows say")
        } else {
            print("\(wrong) of \(found.count) counters differ from their rows")
            throw ExitCode(1)
        }
    }

    private static func printTable(_ lines: [KeptCounters.Line]) {
        guard !lines.isEmpty else { return }
        let width = max(lines.map(\.name.count).max() ?? 0, 7)
        print(row("counter", "says", "rows", width))
        for line in lines {
            let text = row(line.name, String(line.kept), String(line.counted), width)
            print(line.isRight ? text : "\(text)  differs")
        }
    }

    private static func row(_ name: String, _ kept: String, _ counted: String, _ width: Int) -> String {
        "\(name)\(spaces(width - name.count))\(spaces(12 - kept.count))\(kept)\(spaces(12 - counted.count))\(counted)"
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }
}
