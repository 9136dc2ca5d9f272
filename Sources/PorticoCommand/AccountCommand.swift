import ArgumentParser
import Foundation
import Portico

/// Adds a person: the way in to a new installation.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Add a person who may sign in.",
        discussion: """
            The password is read from PORTICO_ACCOUNT_PASSWORD, or asked for. For the first administrator:

                portico account bags --email you@example.org --name "Your Name" --role admin
            """)

    @Argument(help: "The application.")
    var application: String

    @Option(help: "Address to sign in with.")
    var email: String

    @Option(help: "Name as others see it.")
    var name: String

    @Option(help: "One of the application's roles.")
    var role: String

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let application = try PorticoCommand.applications(named: [application])[0]
        guard application.roles.contains(where: { $0.name == role }) else {
            let roles = application.roles.map(\.name).joined(separator: ", ")
            throw ValidationError("\(application.id) has no role '\(role)'; there are \(roles)")
        }
        let settings = try options.settings(of: [application])
        let person = NewPerson(email: email, name: name, role: role, password: try password())
        try await Node.enrol(
            person, in: application, settings: settings, logger: CommandLogging.make(settings))
        print("\(email) may sign in to \(application.id) as \(role).")
    }

    private func password() throws -> Secret<String> {
        if let given = ProcessInfo.processInfo.environment["PORTICO_ACCOUNT_PASSWORD"] { return Secret(given) }
        if isatty(STDIN_FILENO) == 1 {
            guard let typed = getpass("Password: ") else { throw ValidationError("no password was given") }
            return Secret(String(cString: typed))
        }
        guard let line = readLine() else { throw ValidationError("no password was given") }
        return Secret(line)
    }
}
