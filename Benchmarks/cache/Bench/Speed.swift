import Glibc
import PorticoCache
import PorticoValues

/// Work on one thread; `index` is the thread's number.
private final class Job: Sendable {
    let index: Int
    let body: @Sendable (Int) -> Void

    init(_ index: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.index = index
        self.body = body
    }
}

/// What a hit costs, by threads and kinds of keys.
enum Speed {
    static let keys = 4096
    static let rounds = 5_000_000

    static func measure() async throws {
        let numbers = try filled { $0 }
        let texts = (0..<keys).map { "bag-\($0 * 7919)" }
        let named = try filled { texts[$0] }
        for threads in [1, 2, 4] {
            report("hit, Int keys, \(threads) threads", threads) { index in
                var sum = 0
                for step in 0..<rounds / threads { sum &+= numbers.value(for: spread(step, index)) ?? 0 }
                precondition(sum != 1)
            }
            report("hit, String keys, \(threads) threads", threads) { index in
                var sum = 0
                for step in 0..<rounds / threads { sum &+= named.value(for: texts[spread(step, index)]) ?? 0 }
                precondition(sum != 1)
            }
        }
        report("hit, one hot key, 2 threads", 2) { _ in
            var sum = 0
            for _ in 0..<rounds / 2 { sum &+= numbers.value(for: 7) ?? 0 }
            precondition(sum != 1)
        }
        try await loading(numbers)
    }

    /// A stride that is coprime to the number of keys visits all of them out of order.
    @inline(__always)
    private static func spread(_ step: Int, _ index: Int) -> Int { (step &* 1579 &+ index &* 911) & (keys - 1) }

    private static func filled<Key: Hashable & Sendable>(_ key: (Int) -> Key) throws -> LocalCache<Key, Int> {
        let capacity = CacheCapacity(entries: 4 * keys, bytes: 1 << 30)
        let cache = LocalCache<Key, Int>(capacity, clock: .monotonic(), tags: TagVersions())
        for number in 0..<keys { cache.store(number, for: key(number), ttl: .hours(1), tags: ["all"]) }
        return cache
    }

    /// The same through the door that also loads, from a task.
    private static func loading(_ unused: LocalCache<Int, Int>) async throws {
        var policy = CachePolicy("bench", ttl: .hours(1))
        policy.capacity = CacheCapacity(entries: 4 * keys, bytes: 1 << 30)
        let cache = Cache<Int, Int>(policy, in: CacheRegistry())
        for number in 0..<keys { _ = try await cache.value(for: number) { _ in number } }
        let began = monotonicNanoseconds()
        let before = Allocations.count
        var sum = 0
        for step in 0..<rounds { sum &+= try await cache.value(for: spread(step, 0)) { _ in 1 } }
        let after = Allocations.count
        precondition(sum != 1)
        line("hit with a loader, Int keys, 1 task", Double(monotonicNanoseconds() - began) / Double(rounds), "ns")
        if let before, let after { line("hit with a loader, allocations", Double(after - before), "") }
    }

    private static func report(_ name: String, _ threads: Int, _ body: @escaping @Sendable (Int) -> Void) {
        var best = Double.infinity
        var allocations: Int?
        for _ in 0..<3 {
            let before = Allocations.count
            let began = monotonicNanoseconds()
            run(threads, body)
            best = min(best, Double(monotonicNanoseconds() - began))
            if let before, let after = Allocations.count { allocations = after - before }
        }
        let each = rounds / threads
        line("\(name)", best / Double(each), "ns")
        line("\(name), together", Double(each * threads) / best * 1e3, "million hits/s")
        if let allocations { line("\(name), allocations", Double(allocations), "in \(rounds / 1_000_000) million") }
    }

    static func run(_ threads: Int, _ body: @escaping @Sendable (Int) -> Void) {
        guard threads > 1 else { return body(0) }
        var handles: [pthread_t] = []
        for index in 0..<threads {
            var handle = pthread_t()
            let job = Unmanaged.passRetained(Job(index, body)).toOpaque()
            pthread_create(
                &handle, nil,
                { argument in
                    guard let argument else { return nil }
                    let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
                    job.body(job.index)
                    return nil
                }, job)
            handles.append(handle)
        }
        for handle in handles { pthread_join(handle, nil) }
    }

    static func line(_ name: String, _ value: Double, _ unit: String) {
        let rounded = (value * 10).rounded() / 10
        print("\(name)\t\(rounded)\t\(unit)")
    }
}

/// Calls of malloc and its like, when the counting library is loaded.
enum Allocations {
    private typealias Count = @convention(c) () -> Int

    static var count: Int? {
        guard let symbol = dlsym(nil, "portico_allocations") else { return nil }
        return unsafeBitCast(symbol, to: Count.self)()
    }
}
