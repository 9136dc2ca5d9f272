import Glibc
import PorticoCache
import PorticoValues

/// Plays a trace, one number in a line, to a cache of so many values and prints the part of hits in percent.
enum Trace {
    static func play(_ path: String, entries: Int) {
        let requests = read(path)
        let capacity = CacheCapacity(entries: entries, bytes: 1 << 40)
        let cache = LocalCache<Int, Int>(capacity, clock: .standing(), tags: TagVersions())
        var hits = 0
        for key in requests {
            if cache.value(for: key) != nil {
                hits += 1
            } else {
                cache.store(key, for: key, ttl: .hours(1))
            }
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let ratio = (Double(hits) / Double(max(1, requests.count)) * 10_000).rounded() / 100
        print("\(name)\t\(entries)\tportico\t\(ratio)")
    }

    private static func read(_ path: String) -> [Int] {
        guard let file = fopen(path, "r") else {
            print("cannot read \(path)")
            exit(1)
        }
        defer { fclose(file) }
        var requests: [Int] = []
        var number = 0
        while case let byte = getc_unlocked(file), byte >= 0 {
            if byte == 10 {
                requests.append(number)
                number = 0
            } else {
                number = number * 10 + Int(byte - 48)
            }
        }
        return requests
    }
}
