import PorticoLimits
import Testing

@Suite struct AdaptiveLimitTests {
    /// A server with some workers: what is under way beyond them waits its turn.
    private func settle(_ limit: inout AdaptiveLimit, workers: Int, service: Double, load: Int, rounds: Int) {
        for _ in 0..<rounds * 50 {
            let underWay = min(limit.limit, load)
            let latency = service * Double(max(underWay, workers)) / Double(workers)
            limit.observe(latency: latency, underWay: underWay)
        }
    }

    @Test("grows while latency stays as it is")
    func growth() {
        var limit = AdaptiveLimit(.init(initial: 10, most: 500))
        settle(&limit, workers: 1_000, service: 0.01, load: 1_000, rounds: 200)
        #expect(limit.limit == 500)
    }

    @Test("settles near what the server can do at once, under any load")
    func overload() {
        var limit = AdaptiveLimit(.init(initial: 10, most: 5_000))
        settle(&limit, workers: 40, service: 0.01, load: 400, rounds: 2_000)
        #expect((40...110).contains(limit.limit))
    }

    @Test("learns that a service has become slower for good")
    func slower() {
        var limit = AdaptiveLimit(.init(initial: 10, most: 5_000))
        settle(&limit, workers: 40, service: 0.01, load: 400, rounds: 200)
        settle(&limit, workers: 40, service: 0.05, load: 400, rounds: 500)
        #expect((40...110).contains(limit.limit))
    }

    @Test("does not grow without being used")
    func idle() {
        var limit = AdaptiveLimit(.init(initial: 100))
        settle(&limit, workers: 1_000, service: 0.01, load: 3, rounds: 100)
        #expect(limit.limit == 100)
    }

    @Test("shrinks at once when told of overload, but not below the least")
    func explicit() {
        var limit = AdaptiveLimit(.init(initial: 100, least: 20))
        limit.observeOverload()
        #expect(limit.limit == 90)
        for _ in 0..<100 { limit.observeOverload() }
        #expect(limit.limit == 20)
    }

    @Test("stays where it was fixed and ignores nonsense")
    func fixed() {
        var limit = AdaptiveLimit(.fixed(7))
        settle(&limit, workers: 1, service: 1, load: 7, rounds: 20)
        limit.observe(latency: .nan, underWay: 7)
        limit.observe(latency: -1, underWay: 7)
        #expect(limit.limit == 7)
    }
}
