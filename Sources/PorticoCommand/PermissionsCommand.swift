import ArgumentParser
import Portico

/// Prints who may call what.
struct PermissionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "permissions", abstract: "Print which role may call which route, from the declarations.")

    @Argument(help: "The application.")
    var application: String

    func run() async throws {
        let mount = try await ScratchMount.of(application)
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
