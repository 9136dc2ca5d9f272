// Without arguments: what a hit costs, also while tags are outdated. With a size and files: the hit ratios of these
// traces.

let arguments = CommandLine.arguments.dropFirst()
if let first = arguments.first, let entries = Int(first) {
    for path in arguments.dropFirst() { Trace.play(path, entries: entries) }
} else {
    try await Speed.measure()
    Outdating.measure()
}
