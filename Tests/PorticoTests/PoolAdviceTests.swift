import Portico
import Testing

@testable import PorticoOperations

@Suite("The advice on pools")
struct PoolAdviceTests {
    private static let window: Int64 = 300_000_000_000

    /// A pool through which `count` pieces of work went in five minutes.
    private func pool(
        _ name: String = "session", capacity: Int = 50, count: Int = 30_000, busiest: Double
    ) -> PoolStanding {
        PoolStanding(
            name: name, status: PoolStatus(inUse: 0, idle: 0, waiting: 0, capacity: capacity),
            load: PoolLoad(
                nanoseconds: Self.window, count: count, busyNanoseconds: Int64(busiest * Double(Self.window)),
                busiestInUse: busiest))
    }

    private func verdict(
        _ pool: PoolStanding, _ connections: ServerConnections? = nil, nodes: Int? = nil
    ) -> PoolAdvice.Verdict? {
        PoolAdvice(pool, connections: connections, nodes: nodes)?.verdict
    }

    /// Values of the Poisson distribution's inverse (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.6.19).
    @Test(
        "what is enough for 99 of 100 moments is the quantile of Poisson's distribution",
        arguments: [(0.0, 1), (0.01, 1), (0.1, 1), (0.5, 3), (1, 4), (2, 6), (5, 11), (10, 18), (20, 31), (100, 124)])
    func quantile(mean: Double, enough: Int) {
        #expect(PoolAdvice.enough(for: mean) == enough)
    }

    @Test("the sum and the approximation meet")
    func approximation() {
        let (summed, approximated) = (PoolAdvice.enough(for: 499.9), PoolAdvice.enough(for: 500))
        #expect(abs(summed - approximated) <= 2)
    }

    @Test("nothing is said of a pool that had too little to do, nor of one that can't be changed")
    func quiet() throws {
        let advice = try #require(PoolAdvice(pool(count: 99, busiest: 40), connections: nil, nodes: nil))
        #expect(advice.verdict == .tooQuiet)
        #expect(advice.words.hasPrefix("Not enough traffic yet"))
        #expect(PoolAdvice(pool("write", busiest: 1), connections: nil, nodes: nil) == nil)
        #expect(PoolAdvice(pool("session of db2", busiest: 1), connections: nil, nodes: nil) == nil)
        let shared = PoolStanding(name: "session", status: PoolStatus(inUse: 0, idle: 0, waiting: 0, capacity: 2))
        #expect(PoolAdvice(shared, connections: nil, nodes: nil) == nil)
    }

    @Test("a pool fits, is too large, too small, or too full to say")
    func verdicts() {
        #expect(verdict(pool(capacity: 12, busiest: 3)) == .fits)
        #expect(verdict(pool(capacity: 50, busiest: 2)) == .generous)
        #expect(verdict(pool(capacity: 8, busiest: 0.5)) == .fits, "a few connections too many are no fault")
        #expect(verdict(pool(capacity: 10, busiest: 6)) == .more(12))
        #expect(verdict(pool(capacity: 10, busiest: 9)) == .full)
    }

    @Test("no more is asked for than the server gives to each node")
    func bounds() {
        let roomy = ServerConnections(limit: 400, open: 10, perNode: 30)
        #expect(verdict(pool(capacity: 10, busiest: 6), roomy, nodes: 2) == .more(12))
        let tight = ServerConnections(limit: 97, open: 90, perNode: 30)
        #expect(verdict(pool(capacity: 10, busiest: 6), tight) == .more(12), "one node is taken where nobody knows")
        #expect(verdict(pool(capacity: 10, busiest: 6), tight, nodes: 3) == .more(12))
        #expect(verdict(pool(capacity: 10, busiest: 6), tight, nodes: 4) == .bounded(4))
        #expect(verdict(pool(capacity: 10, busiest: 9.9), tight, nodes: 4) == .bounded(4))
        #expect(verdict(pool(capacity: 10, busiest: 6), tight, nodes: 90) == .bounded(1))
    }

    @Test("says what setting to change")
    func words() throws {
        let session = try #require(PoolAdvice(pool(capacity: 10, busiest: 6), connections: nil, nodes: nil))
        #expect(
            session.words == "Needs more: raise database.pool_base and database.pool_overflow so that there are 12.")
        let local = try #require(
            PoolAdvice(pool(capacity: 10, busiest: 6), connections: nil, nodes: nil, isLocal: true))
        #expect(local.words.contains("database.writers so") && local.words.contains("cores to spare"))
        let read = try #require(PoolAdvice(pool("read", capacity: 10, busiest: 9), connections: nil, nodes: nil))
        #expect(read.words.contains("database.readers") && read.words.contains("cores to spare"))
    }
}
