// example
import PorticoBench
import PorticoValues
// end of example
import Testing

@Suite("The README's load", .timeLimit(.minutes(2))) struct ExampleTests {
    // example
    func signsOfLife(at url: String, for length: Span) async throws -> Figure {
        let target = try BenchTarget(url)
        var plan = LoadPlan(connections: 8) { _ in RepeatedRequests([BenchRequest(get: "/livez", of: target)]) }
        plan.warmUp = .seconds(0)
        plan.length = length
        let result = try await Load.run(plan, at: target)
        return .load("signs of life", result, ["per_second": .atLeast(10_000), "p99": .atMost(5)])
    }
    // end of example

    @Test("gives a figure of requests that were all answered")
    func example() async throws {
        let server = try await CannedServer.start { _ in CannedServer.ok("ok\n") }
        let figure = try await signsOfLife(at: server.url, for: .milliseconds(200))
        let requests = figure.values.first { $0.name == "requests" }?.value ?? 0
        #expect(requests > 0)
        #expect(figure.statuses?[200] == Int(requests))
        #expect(figure.values.first { $0.name == "errors" }?.value == 0)
        try await server.stop()
    }
}
