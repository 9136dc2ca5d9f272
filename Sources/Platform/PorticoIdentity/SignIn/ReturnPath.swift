/// Where people go after they have signed in: only to a page of the same application, never to another site.
enum ReturnPath {
    /// `next` when it leads to a page below `mount`, else the application's first page.
    ///
    /// What a browser could read as another host is refused: a second slash, a backslash, control characters. So are
    /// the pages for signing in and out, which lead nowhere.
    static func checked(_ next: String?, mount: String) -> String {
        let home = "\(mount)/"
        guard let next, isSafe(next, below: home) else { return home }
        let path = next.prefix { $0 != "?" }
        return ["\(mount)/sign-in", "\(mount)/sign-out"].contains(path) ? home : next
    }

    private static func isSafe(_ next: String, below home: String) -> Bool {
        next.utf8.count <= 2048 && next.utf8.starts(with: home.utf8) && !next.contains("//") && !climbs(next)
            && next.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }
    }

    /// Whether a segment leads upwards, which browsers obey also when it is percent-encoded (WHATWG URL §4.4).
    private static func climbs(_ next: String) -> Bool {
        let path = next.prefix { $0 != "?" && $0 != "#" }.lowercased().replacing("%2e", with: ".")
        return path.split(separator: "/").contains { $0 == ".." || $0 == "." }
    }
}
