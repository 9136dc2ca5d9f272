import PorticoJobs

extension ApplicationEnvironment {
    /// Whether the node serves people, and not only whoever develops or tests it on the same machine.
    public var isProduction: Bool { settings.text("environment") == "production" }

    /// Whether mails wait for a developer to read them on the operators' page, because no server is set that takes them.
    public var readsMailsHere: Bool { settings.text("environment") == "development" && mails.keepsMails }
}
