import ArgumentParser
import Foundation
import Portico

/// The options every command has that reads settings.
struct SettingOptions: ParsableArguments {
    @Option(help: "A YAML file with settings.")
    var config: String?

    @Option(name: .customLong("set"), help: "A setting, as key=value. May be given more than once.")
    var assignments: [String] = []

    @Option(help: "Where files and embedded databases are.")
    var data: String?

    /// The effective settings of these applications.
    /// - Parameter flags: settings that have an option of their own.
    func settings(
        of applications: [any Application], flags: [(key: String, value: String?)] = []
    ) throws -> Settings {
        var given: [(key: String, value: String)] = []
        for assignment in assignments {
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("--set \(assignment): it takes key=value") }
            given.append((key: String(parts[0]), value: String(parts[1])))
        }
        for flag in flags + [(key: "data.directory", value: data)] {
            if let value = flag.value { given.append((key: flag.key, value: value)) }
        }
        var declarations = PlatformSettings.declarations
        for application in applications {
            declarations += application.settings
            declarations.append(
                SettingDeclaration(
                    "\(application.id).database_url", .text(0...1000), default: "", isSecret: true,
                    "where \(application.id) keeps its rows, when not at database.url"))
        }
        return try Settings(
            declarations, yaml: try yaml(), environment: ProcessInfo.processInfo.environment, flags: given)
    }

    private func yaml() throws -> (name: String, text: String)? {
        guard let config else { return nil }
        guard let text = try? String(contentsOfFile: config, encoding: .utf8) else {
            throw ValidationError("--config \(config): there is no such file, or it is not UTF-8")
        }
        return (name: config, text: text)
    }
}
