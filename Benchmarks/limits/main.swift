import Glibc
import PorticoLimits
import PorticoValues

// Prints one line per measurement: name, value, unit. The clock of the limits stands at the time of day and moves by a
// millisecond every thousand decisions of a thread, so that buckets fill and keys expire as under traffic.

let start = Clock().now()
let decisions = 2_000_000
let keys: Int64 = 10_000

/// Work on one thread; `index` is the thread's number.
final class Job: Sendable {
    let index: Int
    let body: @Sendable (Int) -> Void

    init(_ index: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.index = index
        self.body = body
    }
}

/// Seconds of the processors that this process has used.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Seconds that so many threads take for the same work.
func seconds(threads: Int, _ body: @escaping @Sendable (Int) -> Void) -> Double {
    let began = monotonicNanoseconds()
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
    return Double(monotonicNanoseconds() - began) / 1e9
}

func report(_ name: String, _ value: Double, _ unit: String) {
    let rounded = value < 100 ? (value * 10).rounded() / 10 : value.rounded()
    print("\(name)\t\(rounded)\t\(unit)")
}

/// Decisions a second of one kind at one, two and four threads.
func measure(_ name: String, _ decide: @escaping @Sendable (LocalRateLimiter, Int64, Instant) -> Void) {
    for threads in [1, 2, 4] {
        let limiter = LocalRateLimiter()
        let each = decisions / threads
        let used = processorSeconds()
        let time = seconds(threads: threads) { index in
            var now = start
            for step in 0..<each {
                if step % 1000 == 0 { now = now + .milliseconds(1) }
                // A stride that is coprime to the number of keys visits all of them out of order.
                decide(limiter, Int64(step &* 7919 &+ index &* 3571) % keys, now)
            }
        }
        report("\(name), \(threads) threads", Double(each * threads) / time, "decisions/s")
        let perCheck = (processorSeconds() - used) / Double(each * threads) * 1e9
        report("\(name), \(threads) threads, per check", perCheck, "ns of processor time")
    }
}

func measureMemory() {
    let limiter = LocalRateLimiter(maximumKeys: 2_000_000)
    let rule = RateRule("api", quota: 60, per: .hours(1), burst: 100)
    let before = ProcessMemory.residentBytes()
    let time = seconds(threads: 1) { _ in
        for account in 0..<1_000_000 as Range<Int64> {
            _ = limiter.decide(RateDemand(rule, by: .account(account)), at: start)
        }
    }
    let resident = ProcessMemory.residentBytes() - before
    report("1,000,000 new keys, per key", time * 1000, "ns")
    report("1,000,000 keys, tables", Double(limiter.byteCount) / Double(limiter.keyCount), "bytes/key")
    report("1,000,000 keys, resident memory", Double(resident) / Double(limiter.keyCount), "bytes/key")
}

func measureGate() {
    let networks = (0..<10_000).compactMap { Network("10.\($0 / 256 % 256).\($0 % 256).0/25") }
    let gate = AddressGate(deny: NetworkSet(networks))
    let addresses = (0..<1_000).map { "10.\($0 % 60).\($0 % 256).\($0 % 200)" }
    let time = seconds(threads: 1) { _ in
        for step in 0..<1_000_000 { _ = gate.verdict(on: addresses[step % 1_000]) }
    }
    report("address gate, 10,000 networks, per address text", time * 1000, "ns")
}

enum ProcessMemory {
    /// Pages in memory (`/proc/self/statm`, second number).
    static func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, 128, file) != nil else { return 0 }
        let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

let api = RateRule("api", quota: 6_000, per: .minutes(1), burst: 100)
let sliding = RateRule("failures", quota: 100_000, per: .minutes(1), algorithm: .slidingWindow)
let pages = RateRule("pages", quota: 600_000, per: .minutes(1))
let hot = RateRule("hot", quota: 100_000_000, per: .minutes(1))

measure("token bucket, 10,000 keys") { limiter, key, now in
    _ = limiter.decide(RateDemand(api, by: .account(key)), at: now)
}
measure("sliding window, 10,000 keys") { limiter, key, now in
    _ = limiter.decide(RateDemand(sliding, by: .account(key)), at: now)
}
measure("token bucket, one key") { limiter, _, now in
    _ = limiter.decide(RateDemand(hot, by: .everyone), at: now)
}
measure("two rules at once, 10,000 keys each") { limiter, key, now in
    let demands = [RateDemand(api, by: .account(key)), RateDemand(pages, by: .account(keys - key))]
    _ = limiter.decide(demands, at: now)
}
measureMemory()
measureGate()
