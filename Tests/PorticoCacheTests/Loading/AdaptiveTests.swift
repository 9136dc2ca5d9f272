import PorticoCache
import PorticoValues
import Testing

@Suite("What a loader decides", .timeLimit(.minutes(2)))
struct AdaptiveTests {
    private let node = TestNode()

    @Test("how long its value lives")
    func ttl() async throws {
        let cache = node.cache(exact(ttl: .seconds(1)))
        _ = try await cache.value(for: "k") { load in
            load.ttl = .hours(2)
            return "v"
        }
        node.clock.advance(by: .hours(1))
        #expect(cache.value(for: "k") == "v")
    }

    @Test("what it depends on")
    func tags() async throws {
        let cache = node.cache(exact())
        for key in ["a", "b"] {
            _ = try await cache.value(for: key) { load in
                load.tags.append("row:\(key)")
                return key
            }
        }
        #expect(cache.stored(for: "a")?.tags == ["row:a"])
        await node.registry.invalidate(["row:a"])
        #expect(cache.value(for: "a") == nil && cache.value(for: "b") == "b")
    }

    @Test("that it is not stored")
    func notStored() async throws {
        let cache = node.cache(exact())
        let loads = Tally()
        for _ in 0..<3 {
            _ = try await cache.value(for: "k") { load in
                load.isStored = false
                return "\(loads.next())"
            }
        }
        #expect(loads.value == 3 && cache.statistics.local.entries == 0)
    }

    @Test("that it has not changed since the last time")
    func conditional() async throws {
        let cache = node.cache(exact())
        var policy = exact("conditional")
        policy.staleIfError = .hours(1)
        let conditional = node.cache(policy)
        let load: Cache<String, String>.Loader = { load in
            if load.previousValidator == "\"1\"", let previous = load.previous {
                load.validator = load.previousValidator
                return previous + "+"
            }
            load.validator = "\"1\""
            return "v"
        }
        for cache in [cache, conditional] { _ = try await cache.value(for: "k", load) }
        node.clock.advance(by: .seconds(11))
        #expect(conditional.stored(for: "k")?.isStale == true)
        #expect(try await conditional.value(for: "k", load) == "v+")
        #expect(try await cache.value(for: "k", load) == "v")
        #expect(conditional.stored(for: "k")?.validator == "\"1\"")
    }

    @Test("that there is none, which is remembered for the negative time only")
    func negative() async throws {
        var policy = exact()
        policy.negativeTTL = .seconds(2)
        let cache = Cache<String, Int?>(policy, in: node.registry)
        let loads = Tally()
        let load: Cache<String, Int?>.Loader = { _ in
            loads.next()
            return nil
        }
        #expect(try await cache.value(for: "k", load) == nil)
        #expect(try await cache.value(for: "k", load) == nil)
        #expect(loads.value == 1)
        #expect(cache.value(for: "k") == .some(nil))
        node.clock.advance(by: .seconds(2))
        _ = try await cache.value(for: "k", load)
        #expect(loads.value == 2)
    }

    @Test("within a jitter that only shortens")
    func jitter() async throws {
        var policy = exact(ttl: .seconds(100))
        policy.jitter = 0.2
        policy.capacity = CacheCapacity(entries: 2000)
        let cache = node.cache(policy)
        for number in 0..<500 { _ = try await cache.value(for: "\(number)") { _ in "v" } }
        node.clock.advance(by: .milliseconds(79_999))
        #expect((0..<500).allSatisfy { cache.value(for: "\($0)") != nil })
        node.clock.advance(by: .seconds(10))
        let left = (0..<500).count { cache.value(for: "\($0)") != nil }
        #expect((150..<350).contains(left))
        node.clock.advance(by: .seconds(11))
        #expect((0..<500).allSatisfy { cache.value(for: "\($0)") == nil })
    }

    @Test("how long idleness keeps it")
    func sliding() async throws {
        var policy = exact(ttl: .seconds(10))
        policy.sliding = .seconds(3)
        let cache = node.cache(policy)
        _ = try await cache.value(for: "k") { _ in "v" }
        for _ in 0..<4 {
            node.clock.advance(by: .seconds(2))
            #expect(cache.value(for: "k") == "v")
        }
        node.clock.advance(by: .seconds(3))
        #expect(cache.value(for: "k") == nil)
    }
}

@Suite("Keys and policies")
struct PolicyTests {
    @Test("of personal answers hold the principal and differ by it")
    func personal() {
        let one = PersonalKey(for: 1, "1:x")
        #expect(one != PersonalKey(for: 2, "1:x"))
        #expect(one.cacheText != PersonalKey(for: 11, ":x").cacheText)
        #expect(one.cacheText == "p1:1:x" && one.principal == 1)
    }

    @Test("say nothing when they hang together")
    func coherent() {
        #expect(CachePolicy("bags.summary", ttl: .minutes(1), tags: ["bags"]).advice.isEmpty)
    }

    @Test("are advised on each setting that makes no sense")
    func advice() {
        func check(_ expected: String, _ change: (inout CachePolicy) -> Void) {
            var policy = CachePolicy("x")
            change(&policy)
            #expect(policy.advice.map(\.setting).contains(expected))
            #expect(policy.advice.allSatisfy { $0.setting == expected || expected == "ttl" })
        }
        check("name") { $0.name = "two words" }
        check("ttl") { $0.ttl = .seconds(0) }
        check("sharedTTL") { $0.sharedTTL = .seconds(1) }
        check("negativeTTL") { $0.negativeTTL = .hours(1) }
        check("sliding") { $0.sliding = .hours(1) }
        check("jitter") { $0.jitter = 1 }
        check("staleIfError") { ($0.staleWhileRevalidate, $0.staleIfError) = (.hours(2), .hours(1)) }
        check("retryAfterError") { $0.staleIfError = .seconds(5) }
        check("softTimeout") { $0.hardTimeout = .milliseconds(50) }
        check("lease") { $0.hardTimeout = .seconds(20) }
        check("beta") { $0.beta = -1 }
        check("beta") { $0.beta = 9 }
        check("eagerAfter") { $0.eagerAfter = 1.5 }
        check("eagerAfter") { $0.eagerAfter = 0.1 }
        check("capacity") { $0.capacity = CacheCapacity(entries: 5, bytes: 0) }
        check("capacity") { $0.capacity = CacheCapacity(entries: 1000, bytes: 10) }
        check("tags") { $0.tags = [""] }
    }
}
