/// The address that links begin with: the one of the setting, or the one the node listens at.
struct PublicAddress: Sendable, Hashable {
    /// `https://bags.example.org`, or `http://127.0.0.1:8080`.
    let text: String
    /// Why links may lead nowhere; nil when nothing speaks against it.
    let doubt: String?

    /// - Parameter port: where the server listens.
    init(_ settings: Settings, port: Int) {
        let chosen = settings.text("public_url")
        guard chosen.isEmpty else {
            text = chosen
            doubt = nil
            return
        }
        let host = settings.text("server.host")
        text = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        let isBehindOthers = settings.flag("server.secure") || !settings.list("server.trusted_proxies").isEmpty
        let isOneOfMany = !settings.text("redis.url").isEmpty
        doubt =
            isBehindOthers || isOneOfMany
            ? "public_url is not set: links in mails, labels and answers begin with \(text), which people may not reach "
                + "and other nodes say differently" : nil
    }
}
