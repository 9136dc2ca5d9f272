import NIOCore
import PorticoValues

/// Loads a server and measures its answers.
public enum Load {
    /// Runs a load to its end: until the time is over, or all connections have done what they had to do. Requests on their
    /// way at the end are waited for and count.
    /// - Throws: ``BenchError`` when the server can't be reached at the beginning.
    public static func run(_ plan: LoadPlan, at target: BenchTarget) async throws(BenchError) -> LoadResult {
        precondition(plan.connections > 0, "a load needs a connection")
        OpenFiles.raise()
        try await BenchClient(target).probe()
        let loops = Array(BenchLoops.all.prefix(plan.connections))
        let begin = NIODeadline.now() + .milliseconds(plan.warmUp.milliseconds)
        let lanes = loops.enumerated().map { index, loop in
            let numbers = Array(stride(from: index, to: plan.connections, by: loops.count))
            return loop.flatSubmit { LoadLane(plan, target, loop).run(numbers, measuringFrom: begin) }
        }
        var result = LoadResult()
        do {
            for lane in lanes { result.merge(try await lane.get()) }
        } catch {
            throw BenchError("the load ended early: \(error)")
        }
        return result
    }
}
