/// Gives free memory back to the system when a node begins to serve, and once a minute from then on.
///
/// What was there before it serves may have taken much: schema steps, and the loading of a demonstration. Pages, lists and imports leave free pieces all over the heap, which the allocator keeps for the next ones; without this a node
/// that serves for hours holds what its busiest minute needed.
enum HeapUpkeep {
    private static let pause = Span.seconds(60)

    /// Runs until its task is cancelled.
    static func run() async {
        repeat {
            // It takes milliseconds, which tasks must not wait for. Without a thread the next minute comes.
            try? OwnThread.start("heap-trim") { Heap.trim() }
        } while (try? await Task.sleep(for: .milliseconds(pause.milliseconds))) != nil
    }
}
