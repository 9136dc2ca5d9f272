import Foundation
import PackagePlugin

/// Puts the files of a target's `Assets` folder into its code, as static strings that need no file at run time.
///
/// Text only: a `[UInt8]` literal of 60 KB takes the compiler eleven seconds, a raw string of that size none.
@main
struct EmbedAssets: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let folder = target.directoryURL.appending(path: "Assets")
        let files = try visible(in: folder).filter { !$0.hasDirectoryPath }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedAssets.swift")
        let script = context.package.directoryURL.appending(path: "scripts/embed-assets")
        // What lies in folders is put into the scripts that import it.
        let parts = try visible(in: folder).filter(\.hasDirectoryPath).flatMap(visible)
        return [
            .buildCommand(
                displayName: "Embedding the assets of \(target.name)",
                executable: URL(filePath: "/bin/sh"),
                arguments: [script.path, output.path] + files.map(\.path),
                inputFiles: files + parts + [script],
                outputFiles: [output])
        ]
    }

    private func visible(in folder: URL) throws -> [URL] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }
        return names.sorted().map { name in
            var isFolder: ObjCBool = false
            let path = folder.appending(path: name).path
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            return URL(filePath: path, directoryHint: isFolder.boolValue ? .isDirectory : .notDirectory)
        }
    }
}
