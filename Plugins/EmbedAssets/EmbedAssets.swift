import Foundation
import PackagePlugin

/// Puts the files of a target's `Assets` folder into its code, as static strings that need no file at run time.
///
/// Text only: a `[UInt8]` literal of 60 KB takes the compiler eleven seconds, a raw string of that size none.
@main
struct EmbedAssets: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let folder = target.directoryURL.appending(path: "Assets")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }
            .sorted()
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedAssets.swift")
        let script = context.package.directoryURL.appending(path: "scripts/embed-assets")
        let files = names.map { folder.appending(path: $0) }
        return [
            .buildCommand(
                displayName: "Embedding the assets of \(target.name)",
                executable: URL(filePath: "/bin/sh"),
                arguments: [script.path, output.path] + files.map(\.path),
                inputFiles: files + [script],
                outputFiles: [output])
        ]
    }
}
