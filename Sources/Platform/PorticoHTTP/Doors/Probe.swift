/// Paths that nobody follows a link to here: they belong to other software with known holes.
enum Probe {
    /// How many strikes one such request counts for.
    static let weight = 5

    private static let endings = [".php", ".asp", ".aspx", ".jsp", ".cgi", ".env", ".bak", ".sql", ".ini", ".pl"]
    private static let beginnings = [
        "/.env", "/.git", "/.aws", "/.svn", "/.ssh", "/wp-", "/wordpress", "/phpmyadmin", "/cgi-bin", "/vendor/",
        "/hnap1",
        "/boaform", "/actuator", "/solr/", "/manager/html",
    ]

    /// Whether a path that nothing answers looks like a search for other software.
    static func isLikely(_ path: Substring) -> Bool {
        let path = path.lowercased()
        return endings.contains { path.hasSuffix($0) } || beginnings.contains { path.hasPrefix($0) }
    }
}
