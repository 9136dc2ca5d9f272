import ArgumentParser
import Portico

/// Prints who may call what.
struct PermissionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "permissions", abstract: "Print which role may call which route, from the declarations.")

    @Argument(help: "The application.")
    var application: String

    @Flag(help: "As JSON: every route with its name, what it speaks and the roles that may call it.")
    var json = false

    func run() async throws {
        let mount = try await ScratchMount.of(application)
        if json {
            print(String(decoding: PermissionsCommand.document(mount).bytes, as: UTF8.self))
        } else {
            PermissionsCommand.printTable(mount)
        }
    }

    private static func document(_ mount: Mount) -> JSONValue {
        let routes = mount.routes.map { route -> JSONValue in
            let roles = mount.roles.filter { route.access.admits($0.permissions) }.map { JSONValue.string($0.name) }
            return [
                "method": .string(route.method.description), "path": .string(mount.prefix + route.path),
                "name": .string(route.name), "speaks": .string("\(route.format)"),
                "is_open": .bool(route.access.admits(nil)), "roles": .array(roles),
            ]
        }
        return ["application": .string(mount.id), "routes": .array(routes)]
    }

    private static func printTable(_ mount: Mount) {
        print("| Route | nobody | \(mount.roles.map(\.name).joined(separator: " | ")) |")
        print("|---|---|\(mount.roles.map { _ in "---|" }.joined())")
        var row: [String] = []
        for cell in PermissionTable(of: mount).cells {
            if cell.role == nil {
                if !row.isEmpty { print("| \(row.joined(separator: " | ")) |") }
                row = ["`\(cell.method) \(cell.path)`"]
            }
            row.append(cell.isAllowed ? "yes" : "–")
        }
        if !row.isEmpty { print("| \(row.joined(separator: " | ")) |") }
    }
}
