/// The settings every node has.
public enum PlatformSettings {
    /// All of them.
    public static let declarations: [SettingDeclaration] = [
        SettingDeclaration(
            "environment", .choice(["production", "development", "testing"]), default: "production",
            "development shows operators what mails say, codes and links too; testing adds a clock that can be moved; both "
                + "listen on loopback only"),
        SettingDeclaration("server.host", .text(1...255), default: "127.0.0.1", "address to listen on"),
        SettingDeclaration(
            "server.port", .integer(0...65_535), default: "8080", "port to listen on; 0 takes a free one"),
        SettingDeclaration(
            "server.trusted_proxies", .networks, default: "",
            "networks whose X-Forwarded-For and X-Request-Id are believed"
        ),
        SettingDeclaration(
            "server.secure", .flag, default: "false", "clients come over TLS: cookies are Secure, HSTS is sent"),
        SettingDeclaration(
            "server.plain_network", .flag, default: "false",
            "listens for plain HTTP beyond loopback all the same: for networks that are trusted"),
        SettingDeclaration(
            "server.max_connections", .integer(1...1_000_000), default: "10000", "connections at a time"),
        SettingDeclaration(
            "server.max_connections_per_address", .integer(1...1_000_000), default: "1000",
            "connections at a time from one address, of IPv6 from one /64; not from trusted proxies and this machine"),
        SettingDeclaration(
            "server.drain_seconds", .integer(0...600), default: "30", "time for running requests to end at a stop"),
        SettingDeclaration(
            "limits.mode", .choice(["enforce", "shadow", "off"]), default: "enforce",
            "shadow counts what would be refused and refuses nothing; off counts nothing"),
        SettingDeclaration(
            "limits.load", .choice(["adaptive", "off"]), default: "adaptive",
            "adaptive refuses early, with 503, what an overloaded node could only answer late"),
        SettingDeclaration(
            "limits.bans", .choice(["on", "off"]), default: "on",
            "on shuts networks out for a while that probe for holes of other software"),
        SettingDeclaration(
            "limits.deny_file", .text(0...500), default: "",
            "file of networks that stay outside, one a line; read again when it changes"),
        SettingDeclaration(
            "limits.allow_file", .text(0...500), default: "",
            "file of networks that no limit and no ban applies to; read again when it changes"),
        SettingDeclaration(
            "public_url", .webAddress, default: "", "address people reach the node at, for links that leave it"),
        SettingDeclaration("data.directory", .text(1...500), default: "data", "where files and embedded databases are"),
        SettingDeclaration(
            "database.url", .text(1...1000), default: "sqlite:", isSecret: true,
            "sqlite:<folder> (one file per application) or postgres://… (one schema per application)"),
        SettingDeclaration(
            "database.readers", .integer(1...64), default: "4",
            "reads at once per application, on SQLite and on a PostgreSQL of this machine"),
        SettingDeclaration(
            "database.writers", .integer(0...500), default: "0",
            "transactions at once per application on a PostgreSQL of this machine; 0 for three times its cores"),
        SettingDeclaration(
            "database.pool_base", .integer(1...500), default: "20", "connections kept open on PostgreSQL"),
        SettingDeclaration(
            "database.pool_overflow", .integer(0...500), default: "30", "further connections at peaks on PostgreSQL"),
        SettingDeclaration(
            "database.replicas", .list, default: "", isSecret: true,
            "postgres://… of copies of database.url that may answer reads, each with weight=N behind it if they differ"),
        SettingDeclaration(
            "database.replica_lag_seconds", .integer(1...3600), default: "30",
            "how far a copy may be behind before it gets no more reads"),
        SettingDeclaration(
            "database.statement_seconds", .integer(1...3600), default: "30",
            "how long a statement may run before it is ended and its request answered with 503"),
        SettingDeclaration(
            "database.slow_milliseconds", .integer(1...600_000), default: "100",
            "statements slower than this are logged"),
        SettingDeclaration(
            "cache.answers_megabytes", .integer(0...65_536), default: "64",
            "memory for answers that are the same for everybody"),
        SettingDeclaration(
            "jobs.places", .integer(1...1000), default: "8",
            "jobs of a queue that run at once on this node; operators change it for all nodes while they run"),
        SettingDeclaration(
            "jobs.drain_seconds", .integer(0...3600), default: "20",
            "time for running jobs to end at a stop; what has not ended then is handed back at once"),
        SettingDeclaration(
            "jobs.archive_days", .integer(0...3650), default: "0",
            "days that traces of removed jobs are kept, without what they were told; 0: none"),
        SettingDeclaration(
            "presence.seconds", .integer(1...3600), default: "90",
            "how long somebody counts as being at a page or at work who was seen there"),
        SettingDeclaration(
            "audit.checkpoint_file", .text(0...500), default: "",
            "file outside the database that signed checkpoints of the audit are appended to; empty: none"),
        SettingDeclaration(
            "audit.checkpoint_minutes", .choice(AuditPublisher.intervals.map { String($0) }), default: "60",
            "minutes between two checkpoints of an audit that grows"),
        SettingDeclaration(
            "mail.from", .text(3...254), default: "portico@localhost", "address that mails come from"),
        SettingDeclaration(
            "mail.smtp_host", .text(0...255), default: "",
            "server that takes mail; empty: mails stay in the outbox, where operators can read them"),
        SettingDeclaration("mail.smtp_port", .integer(1...65_535), default: "587", "its port"),
        SettingDeclaration(
            "mail.smtp_security", .choice(["starttls", "tls", "none"]), default: "starttls",
            "how the connection to it is secured"),
        SettingDeclaration("mail.smtp_user", .text(0...254), default: "", "who signs in there; empty: nobody"),
        SettingDeclaration(
            "mail.smtp_password", .text(0...500), default: "", isSecret: true, "that account's password"),
        SettingDeclaration(
            "mail.hello_name", .text(0...253), default: "",
            "what the node calls itself there; empty: the machine's full name, else the host of public_url"),
        SettingDeclaration(
            "mail.authorities_file", .text(0...500), default: "",
            "file of the certificates, in PEM form, that alone vouch for it; empty: those of the system"),
        SettingDeclaration(
            "sms.url", .text(0...1000), default: "", isSecret: true,
            "http(s):// address of a gateway that takes text messages as JSON; empty: none are sent"),
        SettingDeclaration(
            "sms.token", .text(0...500), default: "", isSecret: true, "bearer token that is shown there; empty: none"),
        SettingDeclaration(
            "redis.url", .text(0...1000), default: "", isSecret: true,
            "redis://… or redis+sentinel://…, where nodes count requests together; empty: each node for itself"),
        SettingDeclaration(
            "redis.key_prefix", .text(0...60), default: "",
            "what all keys and channels there begin with, where another installation shares that Redis"),
        SettingDeclaration(
            "redis.timeout_milliseconds", .integer(1...5000), default: "50",
            "how long a request waits for Redis before the node decides alone"),
        SettingDeclaration(
            "redis.nodes", .integer(1...1000), default: "3",
            "nodes that share Redis; while it is away each admits its part of every limit"),
        SettingDeclaration(
            "events.stream_groups", .list, default: "",
            "other programs that get all events by streams in Redis, by the names of their consumer groups; empty: none"
        ),
        SettingDeclaration(
            "secret.key", .text(0...500), default: "", isSecret: true,
            "at least 32 characters, the same on every node; without it one is kept in the data directory"),
        SettingDeclaration(
            "secret.previous_keys", .list, default: "", isSecret: true,
            "keys that were secret.key before, or will be: what they have signed or sealed is still good"),
        SettingDeclaration(
            "telemetry.otlp_endpoint", .text(0...1000), default: "",
            "http(s):// address of a collector that takes spans by OTLP/HTTP; empty: none are recorded"),
        SettingDeclaration(
            "telemetry.otlp_authorization", .text(0...1000), default: "", isSecret: true,
            "what is shown there in the field Authorization; empty: nothing"),
        SettingDeclaration(
            "telemetry.service_name", .text(1...100), default: "portico", "what the node is called there"),
        SettingDeclaration(
            "telemetry.traces_per_thousand", .integer(0...1000), default: "1000",
            "requests of a thousand that are kept although they were neither slow nor failed"),
        SettingDeclaration(
            "telemetry.slow_milliseconds", .integer(1...600_000), default: "1000",
            "requests and jobs that take longer are always kept"),
        SettingDeclaration(
            "log.level", .choice(["debug", "info", "notice", "warning", "error"]), default: "info", "least level to log"
        ),
        SettingDeclaration(
            "log.format", .choice(["auto", "json", "console"]), default: "auto",
            "auto: console on a terminal, else JSON"),
    ]
}

extension Settings {
    /// Whether the node listens where only this machine can reach it.
    public var isLocal: Bool {
        text("server.host") == "localhost" || NetworkAddress(text("server.host"))?.isLoopback ?? false
    }
}
