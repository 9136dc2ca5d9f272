import ArgumentParser

/// Measures an application that runs.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure an application that runs, beside what is wanted of it.",
        subcommands: [BenchBagsCommand.self])
}
