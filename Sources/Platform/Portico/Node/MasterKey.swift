import Glibc

/// The secret from which a node derives all its keys.
enum MasterKey {
    /// The configured key; without one, the key kept in the data directory, made at the first start.
    /// - Throws: ``Settings/Mistake`` when the key is too short, can't be kept, or several nodes would need it.
    static func load(_ settings: Settings) throws(Settings.Mistake) -> Secret<[UInt8]> {
        let configured = settings.text("secret.key")
        if !configured.isEmpty {
            guard configured.utf8.count >= 32, Set(configured).count >= 8 else {
                throw Settings.Mistake(
                    description:
                        "secret.key: its value is too short or too plain; it takes 32 random characters or more")
            }
            return Secret(Array(configured.utf8))
        }
        return try kept(in: settings.text("data.directory"))
    }

    private static func kept(in folder: String) throws(Settings.Mistake) -> Secret<[UInt8]> {
        let path = "\(folder)/secret.key"
        if read(path) == nil { try make(path, in: folder) }
        guard let key = read(path), key.count >= 32 else {
            throw Settings.Mistake(description: "\(path) holds no key; remove it or set secret.key")
        }
        return Secret(key)
    }

    /// Puts a new key in its place whole, so that a crash leaves none or all of it. Of two nodes that start at once both
    /// use the key of the first.
    private static func make(_ path: String, in folder: String) throws(Settings.Mistake) {
        makeFolder(folder)
        let draft = "\(path).\(getpid())"
        defer { unlink(draft) }
        let key = Array(randomBytes(32).hexadecimal.utf8)
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, Glibc.write(file, key, key.count) == key.count, fsync(file) == 0,
            link(draft, path) == 0 || errno == EEXIST
        else {
            throw Settings.Mistake(
                description: "data.directory: '\(folder)' can't be written to: \(String(cString: strerror(errno)))")
        }
    }

    private static func makeFolder(_ folder: String) {
        var path = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/") {
            path += "\(part)/"
            mkdir(path, 0o700)
        }
    }

    /// The content of a file; nil where there is none.
    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(file, &bytes, bytes.count)
        return Array(bytes.prefix(max(count, 0))).filter { $0 != 0x0A }
    }
}
