import Glibc
import PorticoCache
import PorticoValues
import Synchronization

/// What reads cost while another thread outdates tags: tags that no value here carries, after which each value is compared
/// with its tags once, and tags of the values, which are then stored anew.
enum Outdating {
    private static let keys = 4096
    private static let groups = 64
    private static let reads = 3_000_000

    /// What the outdated tags have to do with the values that are read.
    private enum Kind: String, CaseIterable {
        case others = "tags of other values"
        case own = "tags of the values read"
    }

    static func measure() {
        report("none", rate: 0, .others)
        for kind in Kind.allCases {
            for rate in [1000, 10_000, 100_000] { report(kind.rawValue, rate: rate, kind) }
        }
    }

    private static func report(_ name: String, rate: Int, _ kind: Kind) {
        var best = Double.infinity
        var (ratio, done) = (0.0, 0.0)
        for _ in 0..<3 {
            let round = Round(rate: rate, kind: kind)
            Speed.run(rate > 0 ? 2 : 1) { index in
                if index == 0 { round.read() } else { round.outdate() }
            }
            let spent = round.spent.load(ordering: .relaxed)
            guard Double(spent) < best else { continue }
            best = Double(spent)
            ratio = Double(round.hits.load(ordering: .relaxed)) / Double(reads) * 100
            done = Double(round.outdated.load(ordering: .relaxed)) / best * 1e9
        }
        let title = "read while \(rate) invalidations/s of \(name)"
        Speed.line(rate == 0 ? "read while nothing is outdated" : title, best / Double(reads), "ns")
        Speed.line("\(rate == 0 ? "nothing outdated" : title), hits", ratio, "%")
        if rate > 0 { Speed.line("\(title), done", done, "a second") }
    }

    /// One reader and, beside it, one who outdates until it has read everything.
    private final class Round: Sendable {
        let hits = Atomic<Int>(0)
        let spent = Atomic<Int64>(0)
        let outdated = Atomic<Int>(0)
        private let isOver = Atomic<Bool>(false)
        private let tags = TagVersions()
        private let names: [CacheTag]
        private let cache: LocalCache<Int, Int>
        private let rate: Int

        init(rate: Int, kind: Kind) {
            self.rate = rate
            names = (0..<groups).map { CacheTag("\(kind == .own ? "group" : "other"):\($0)") }
            cache = LocalCache(
                CacheCapacity(entries: 4 * keys, bytes: 1 << 30), clock: .monotonic(), tags: tags)
            for key in 0..<keys { store(key) }
        }

        private func store(_ key: Int) {
            cache.store(key, for: key, ttl: .hours(1), tags: [CacheTag("group:\(key % groups)")], moment: tags.moment)
        }

        func read() {
            var found = 0
            let began = monotonicNanoseconds()
            for step in 0..<reads {
                let key = (step &* 1579) & (keys - 1)
                if cache.value(for: key) != nil { found += 1 } else { store(key) }
            }
            spent.store(monotonicNanoseconds() - began, ordering: .relaxed)
            hits.store(found, ordering: .relaxed)
            isOver.store(true, ordering: .releasing)
        }

        func outdate() {
            let pause = 1_000_000_000 / Int64(rate)
            var next = monotonicNanoseconds()
            var count = 0
            while !isOver.load(ordering: .acquiring) {
                // Waits by looking at the clock: a sleeping thread can't keep so short a time.
                guard monotonicNanoseconds() >= next else { continue }
                next += pause
                tags.invalidate(CollectionOfOne(names[count % groups]))
                count += 1
            }
            outdated.store(count, ordering: .relaxed)
        }
    }
}
