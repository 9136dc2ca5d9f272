import ArgumentParser
import Foundation
import Logging
import Portico

/// Serves applications until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Serve applications.")

    @Argument(help: "The applications to serve; all when none is named.")
    var applications: [String] = []

    @Option(help: "Address to listen on.")
    var host: String?

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port: Int?

    @Option(help: "production, or testing: a clock that can be moved, on loopback only.")
    var environment: String?

    @Flag(help: "Fill empty databases with demonstration data, one account per role.")
    var demo = false

    @Option(help: "The same seed gives the same data.")
    var demoSeed: UInt64 = 1

    @Option(help: "small, medium or full.")
    var demoScale: Demonstration.Scale = .small

    @OptionGroup var options: SettingOptions

    func run() async throws {
        Heap.keepLittle()
        let applications = try PorticoCommand.applications(named: applications)
        let settings = try options.settings(
            of: applications,
            flags: [("server.host", host), ("server.port", port.map(String.init)), ("environment", environment)])
        let logger = CommandLogging.make(settings)
        let demonstration = try demonstration(settings)
        let node = Node(
            Node.Configuration(
                applications: applications, settings: settings, demonstration: demonstration,
                version: PorticoCommand.version), logger: logger)
        let stop = StopSignal()
        let port = try await node.start()
        announce(settings, port: port, applications: applications)
        await stop.wait()
        print("Stopping: running requests may finish.")
        await node.stop()
    }

    private func demonstration(_ settings: Settings) throws -> Demonstration? {
        guard demo else { return nil }
        let builtIn = Demonstration.builtInPassword
        let chosen = ProcessInfo.processInfo.environment["PORTICO_DEMO_PASSWORD"]
        guard settings.isLocal || (chosen != nil && chosen != builtIn) else {
            throw ValidationError(
                "--demo listens on \(settings.text("server.host")) only with a password of your own: set PORTICO_DEMO_PASSWORD"
            )
        }
        return Demonstration(
            scale: demoScale, seed: demoSeed, now: Clock().now(), password: Secret(chosen ?? builtIn))
    }

    private func announce(_ settings: Settings, port: Int, applications: [any Application]) {
        let base = "http://\(settings.text("server.host")):\(port)"
        print("Portico \(PorticoCommand.version) serves at \(base)/")
        for application in applications { print("  \(application.title): \(base)/\(application.id)/") }
        if demo {
            let password =
                ProcessInfo.processInfo.environment["PORTICO_DEMO_PASSWORD"] == nil
                ? Demonstration.builtInPassword : "what PORTICO_DEMO_PASSWORD says"
            for application in applications {
                let accounts = application.roles.map { "\($0.name)@\(application.id).demo" }.joined(separator: ", ")
                print("  Sign in as \(accounts); password: \(password)")
            }
        }
        fflush(nil)
    }
}

extension Demonstration.Scale: ExpressibleByArgument {}
