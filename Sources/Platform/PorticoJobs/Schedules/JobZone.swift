import Glibc
import PorticoValues
import Synchronization

/// The zone in which a schedule's times of day are meant, summer time included.
public struct JobZone: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
        case fixed(Int64)
        case file(ZoneFile)
    }

    /// Its name, such as `Europe/Berlin`.
    public let name: String
    private let kind: Kind

    private init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// Characters of the longest name that is taken.
    public static let longestName = 64

    /// Coordinated Universal Time.
    public static let utc = JobZone(name: "UTC", kind: .fixed(0))

    /// A zone that keeps its distance from UTC.
    public static func offset(_ zone: TimeZoneOffset) -> JobZone {
        JobZone(name: fixedName(zone.minutes), kind: .fixed(Int64(zone.minutes) * 60))
    }

    /// A zone of the system's zone files, by its name, or by a distance such as `+05:30`.
    /// - Throws: ``ScheduleError`` when there is no such zone here.
    public static func named(_ name: String) throws(ScheduleError) -> JobZone {
        if name == "UTC" { return .utc }
        if let minutes = fixedMinutes(name) { return offset(TimeZoneOffset(minutes: minutes, name: name)) }
        if let known = known.withLock({ $0[name] }) { return known }
        guard isName(name), let bytes = read(name), let file = ZoneFile(bytes) else {
            throw ScheduleError(
                text: name, reason: "no zone of this name is known here; the package tzdata brings the files")
        }
        let zone = JobZone(name: name, kind: .file(file))
        known.withLock { $0[name] = zone }
        return zone
    }

    /// A zone from the bytes of a zone file (RFC 8536), or nil when they are none.
    init?(name: String, file bytes: [UInt8]) {
        guard let file = ZoneFile(bytes) else { return nil }
        self.init(name: name, kind: .file(file))
    }

    /// Seconds east of UTC at a moment, in seconds since 1970.
    func offset(at seconds: Int64) -> Int64 {
        switch kind {
        case .fixed(let offset): offset
        case .file(let file): file.offset(at: seconds)
        }
    }

    /// The first moment after `start`, and not after `end`, at which the distance from UTC changes.
    func change(after start: Int64, through end: Int64) -> Int64? {
        guard case .file = kind else { return nil }
        var low = start
        // No zone changes its clocks twice a day.
        while low < end {
            let high = min(low + 86_400, end)
            if offset(at: low) != offset(at: high) { return firstChange(in: low, high) }
            low = high
        }
        return nil
    }

    private func firstChange(in start: Int64, _ end: Int64) -> Int64 {
        var (low, high) = (start, end)
        let before = offset(at: low)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: middle) == before { low = middle } else { high = middle }
        }
        return high
    }

    private static let known = Mutex<[String: JobZone]>([:])

    private static func fixedName(_ minutes: Int) -> String {
        let digits = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return (minutes < 0 ? "-" : "+") + digits(abs(minutes) / 60) + ":" + digits(abs(minutes) % 60)
    }

    private static func fixedMinutes(_ name: String) -> Int? {
        let bytes = Array(name.utf8)
        guard bytes.count == 6, bytes[0] == 0x2B || bytes[0] == 0x2D, bytes[3] == 0x3A,
            [1, 2, 4, 5].allSatisfy({ (0x30...0x39).contains(bytes[$0]) }),
            let hours = Int(String(decoding: bytes[1...2], as: UTF8.self)),
            let minutes = Int(String(decoding: bytes[4...5], as: UTF8.self)), (0...18).contains(hours),
            (0...59).contains(minutes)
        else { return nil }
        return (bytes[0] == 0x2D ? -1 : 1) * (hours * 60 + minutes)
    }

    /// Names become paths: only what zone names are made of passes.
    private static func isName(_ name: String) -> Bool {
        let allowed = name.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                || [0x2F, 0x5F, 0x2B, 0x2D].contains(byte)
        }
        return allowed && (1...longestName).contains(name.utf8.count) && name.utf8.first != 0x2F
    }

    private static func read(_ name: String) -> [UInt8]? {
        let folder = getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
        guard let file = fopen("\(folder)/\(name)", "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 262_144)
        let count = fread(&bytes, 1, bytes.count, file)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }
}
