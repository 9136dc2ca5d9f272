// example
import PorticoCache
import PorticoValues
// end of example
import Synchronization
import Testing

@Suite("The README's cache", .timeLimit(.minutes(2))) struct ExampleTests {
    struct Summary: Hashable {
        var packed = 0
    }

    /// What summaries are made of.
    final class Bags: Sendable {
        private let packed = Mutex(0)

        func pack() { packed.withLock { $0 += 1 } }
        func summary(of station: String) async throws -> Summary { Summary(packed: packed.withLock { $0 }) }
    }

    @Test("keeps a summary until its tag is invalidated")
    func example() async throws {
        let bags = Bags()
        // example
        let registry = CacheRegistry()
        var policy = CachePolicy("bags.summary", ttl: .minutes(1), tags: ["bags"])
        policy.staleWhileRevalidate = .seconds(30)
        policy.staleIfError = .hours(1)
        let summaries = Cache<String, Summary>(policy, in: registry)

        @Sendable func summary(of station: String) async throws -> Summary {
            try await summaries.value(for: station) { load in
                load.tags.append("station:\(station)")
                return try await bags.summary(of: station)
            }
        }
        // end of example
        #expect(try await summary(of: "TFS").packed == 0)
        bags.pack()
        #expect(try await summary(of: "TFS").packed == 0)
        // example
        // after the commit that changed a bag of this station
        await registry.invalidate(["station:TFS"])
        // end of example
        #expect(try await summary(of: "TFS").packed == 1)
    }
}
