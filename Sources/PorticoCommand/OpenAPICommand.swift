import ArgumentParser
import Portico

/// Prints an application's OpenAPI document.
struct OpenAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Print the OpenAPI 3.1 document of an application.")

    @Argument(help: "The application.")
    var application: String

    func run() async throws {
        let mount = try await ScratchMount.of(application)
        print(String(decoding: OpenAPIDocument(of: mount, version: PorticoCommand.version).bytes, as: UTF8.self))
    }
}
