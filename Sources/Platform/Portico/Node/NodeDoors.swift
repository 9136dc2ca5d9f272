import Glibc
import Logging
import Synchronization

/// The doors of a node as its settings want them: lists of networks in files that are read again when they change, bans,
/// and the limit under load.
final class NodeDoors: Sendable {
    let doors: Doors
    private let files: (deny: String, allow: String)
    private let logger: Logger
    private let seen: Mutex<[FileMark?]>

    /// What tells one state of a file from another.
    fileprivate struct FileMark: Equatable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int
        let inode: UInt
    }

    /// Doors with the lists as the files have them now.
    /// - Throws: ``Settings/Mistake`` that names the file and its bad lines, or the file that can't be read.
    init(_ settings: Settings, metrics: MetricsRegistry, logger: Logger, clock: Clock) throws(Settings.Mistake) {
        files = (deny: settings.text("limits.deny_file"), allow: settings.text("limits.allow_file"))
        self.logger = logger
        let isAdaptive = settings.text("limits.load") == "adaptive"
        // Far above what a healthy node has under way, and never so low that one slow report shuts people out.
        let load = AdaptiveLimit.Configuration(initial: 1024, least: 512, most: 4096, tolerance: 4)
        doors = Doors(
            bans: settings.text("limits.bans") == "on"
                ? AutoBan(BanPolicy(strikes: 20), exempt: NetworkSet(NodeDoors.thisMachine)) : nil,
            load: isAdaptive ? LoadShedder(server: load) : nil)
        seen = Mutex([])
        let marks = [FileMark(files.deny), FileMark(files.allow)]
        try read()
        seen.withLock { $0 = marks }
        register(in: metrics, clock: clock)
    }

    /// Reads the lists again whenever one of the files has changed. A file that is wrong changes nothing and is told in
    /// the log. Returns when the task is cancelled.
    func watch() async {
        guard !files.deny.isEmpty || !files.allow.isEmpty else { return }
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            readIfChanged()
        }
    }

    func readIfChanged() {
        let marks = [FileMark(files.deny), FileMark(files.allow)]
        let hasChanged = seen.withLock { seen in
            defer { seen = marks }
            return seen != marks
        }
        guard hasChanged else { return }
        do {
            try read()
            let networks = doors.gate.networks
            logger.notice(
                "lists of networks read",
                metadata: ["denied": "\(networks.deny.count)", "allowed": "\(networks.allow.count)"])
        } catch {
            logger.error("lists of networks not changed", metadata: ["error": "\(error)"])
        }
    }

    private func read() throws(Settings.Mistake) {
        let deny = try NodeDoors.networks(of: files.deny, setting: "limits.deny_file")
        let allow = try NodeDoors.networks(of: files.allow, setting: "limits.allow_file")
        doors.gate.replace(deny: deny, allow: allow)
        doors.bans?.replace(
            policy: BanPolicy(strikes: 20), exempt: NetworkSet(NodeDoors.thisMachine + allow.networks))
    }

    private static let thisMachine = ["127.0.0.0/8", "::1"].compactMap { Network($0) }

    private static func networks(of path: String, setting: String) throws(Settings.Mistake) -> NetworkSet {
        guard !path.isEmpty else { return NetworkSet() }
        guard let text = text(of: path) else {
            throw Settings.Mistake(
                description: "\(setting): '\(path)' can't be read: \(String(cString: strerror(errno)))")
        }
        do {
            return try NetworkSet(parsing: text)
        } catch {
            throw Settings.Mistake(description: "\(setting): '\(path)': \(error)")
        }
    }

    private static func text(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&part, 1, part.count, file)
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        return ferror(file) == 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private func register(in metrics: MetricsRegistry, clock: Clock) {
        if let bans = doors.bans {
            metrics.observe(gauge: "portico_address_bans", help: "Networks that are shut out now.") {
                Double(bans.bans(at: clock.now()).count)
            }
        }
        guard let load = doors.load?.server else { return }
        metrics.observe(gauge: "portico_load_limit_requests", help: "Requests that may be under way at a time.") {
            Double(load.limit)
        }
        metrics.observe(gauge: "portico_load_requests", help: "Requests under way.") {
            Double(load.underWay)
        }
        metrics.observe(
            counter: "portico_load_refused_total", help: "Requests refused because too many were under way."
        ) {
            Double(load.refused)
        }
    }
}

extension NodeDoors.FileMark {
    fileprivate init?(_ path: String) {
        var status = stat()
        guard !path.isEmpty, stat(path, &status) == 0 else { return nil }
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        size = Int(status.st_size)
        inode = UInt(status.st_ino)
    }
}
