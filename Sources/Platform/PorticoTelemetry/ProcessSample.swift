import Glibc

/// What the kernel says about this process at one moment, read from `/proc` (see proc(5)).
public struct ProcessSample: Sendable, Equatable {
    /// User and system CPU time since the start, in seconds.
    public let cpuSeconds: Double
    /// Memory in RAM, in bytes.
    public let residentBytes: Int
    /// Threads alive.
    public let threads: Int
    /// When the process began, in seconds since the Unix epoch.
    public let startSeconds: Double
    /// File descriptors open, without the one that this reading itself needs.
    public let openDescriptors: Int
    /// The soft limit on open file descriptors.
    public let maximumDescriptors: Int

    /// Reads the present state, or nil where there is no `/proc`.
    public static func now() -> ProcessSample? {
        guard let text = contents(of: "/proc/self/stat"), let name = text.lastIndex(of: 0x29) else { return nil }
        // The second field is the program's name in parentheses and may hold spaces; the third comes after it.
        let fields = text[(name + 1)...].split(separator: 0x20).map { number($0) }
        guard fields.count > 21 else { return nil }
        let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return ProcessSample(
            cpuSeconds: Double(fields[11] + fields[12]) / ticks,
            residentBytes: fields[21] * max(1, sysconf(Int32(_SC_PAGESIZE))),
            threads: fields[17],
            startSeconds: bootSeconds() + Double(fields[19]) / ticks,
            openDescriptors: openDescriptorCount(),
            maximumDescriptors: descriptorLimit())
    }

    private static func bootSeconds() -> Double {
        let key = Array("btime ".utf8)
        let lines = (contents(of: "/proc/stat") ?? []).split(separator: 0x0A)
        return lines.first { $0.starts(with: key) }.map { Double(number($0.dropFirst(key.count))) } ?? 0
    }

    private static func openDescriptorCount() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var entries = 0
        while readdir(directory) != nil { entries += 1 }
        // Without `.`, `..` and the directory itself.
        return max(0, entries - 3)
    }

    private static func descriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int {
        Int(String(decoding: digits, as: UTF8.self)) ?? 0
    }

    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}
