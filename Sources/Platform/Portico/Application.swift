import Logging

/// A complete application on the platform: what it is called, what it stores, who works with it, and how it starts.
public protocol Application: Sendable {
    /// Short name: mount path, name of its database, prefix of its settings.
    var id: String { get }
    /// Name as people read it.
    var title: String { get }
    /// What it is for, in one line, for the start page.
    var purpose: String { get }
    /// Its mark.
    var mark: Icon { get }
    /// Its tables, after those of the platform.
    var schema: [SchemaComponent] { get }
    /// Its settings.
    var settings: [SettingDeclaration] { get }
    /// Its roles with their permissions.
    var roles: [(name: String, permissions: Set<String>)] { get }
    /// Its embedded files.
    var assets: [EmbeddedAsset] { get }
    /// The figures it keeps beside its rows; nil, unless it says otherwise.
    var counters: KeptCounters? { get }

    /// Makes its routes and workers.
    func start(_ environment: ApplicationEnvironment) async throws -> RunningApplication

    /// Fills an empty database with demonstration data. Does nothing to one that has data.
    func seed(_ demonstration: Demonstration, _ environment: ApplicationEnvironment) async throws

    /// Adds a person who may sign in: the first administrator of an installation.
    /// - Throws: an error that says in one line what is wrong with the person.
    func enrol(_ person: NewPerson, _ environment: ApplicationEnvironment) async throws
}

/// Somebody whom the operator adds.
public struct NewPerson: Sendable {
    /// Sign-in address.
    public let email: String
    /// Name as others see it.
    public let name: String
    /// One of the application's roles.
    public let role: String
    /// Chosen by the operator; whoever gets it changes it.
    public let password: Secret<String>

    /// A person.
    public init(email: String, name: String, role: String, password: Secret<String>) {
        self.email = email
        self.name = name
        self.role = role
        self.password = password
    }
}

/// What the platform gives an application.
public struct ApplicationEnvironment: Sendable {
    /// Its database, schema up to date.
    public let database: Database
    /// The clock of the process.
    public let clock: Clock
    /// Its events.
    public let outbox: EventOutbox
    /// Keys for its purposes.
    public let keys: SecretKeys
    /// Keys for the same purposes below other secrets of the node (`secret.previous_keys`): nothing new is signed or
    /// sealed with them.
    public let previousKeys: [SecretKeys]
    /// Makes and checks form tokens.
    public let csrf: CSRFSigner
    /// Hashes passwords.
    public let passwords: PasswordHasher
    /// Where it counts.
    public let metrics: MetricsRegistry
    /// Where it logs.
    public let logger: Logger
    /// The effective settings.
    public let settings: Settings
    /// Embedded files of all applications.
    public let library: AssetLibrary
    /// Whether clients come over TLS.
    public let isSecure: Bool
    /// Whether only this machine can reach the node.
    public let isLocal: Bool
    /// Address people reach the node at, without a slash at the end.
    public let publicURL: String
    /// Its limits; an application with people who operate it mounts ``LimitDesk/routes``.
    public let limits: LimitDesk
    /// What it has done later.
    public let jobs: JobQueue
    /// The mails it sends.
    public let mails: MailQueue
    /// The text messages it sends.
    public let texts: TextQueue
    /// Where it keeps what is dear to make.
    public let caches: CacheRegistry
    /// Who is at which place now, over all nodes that share a Redis.
    public let presence: Presence
    /// Says what a change makes stale; its listener belongs in the application's relay.
    public let stale: StaleTags

    /// Writes that something is wrong which cannot wait, at the level that wakes people.
    /// - Parameter facts: short values by name; nothing that is secret.
    public func alarm(_ message: String, _ facts: [String: String]) {
        logger.critical("\(message)", metadata: facts.mapValues { "\($0)" })
    }

    /// Whether mails reach anybody: by a server (`mail.smtp_host`), or where they can be read, which they can outside of
    /// production.
    public var deliversMail: Bool {
        !settings.text("mail.smtp_host").isEmpty || settings.text("environment") != "production"
    }

    /// Where identity puts the mails it sends, with the address its links lead to.
    /// - Parameter title: what the application is called in them.
    public func accountMail(title: String) -> AccountMail {
        AccountMail(queue: PersonalMails(mails: mails, logger: logger), publicURL: publicURL, title: title)
    }

    /// Where identity puts the text messages it sends; nil where none are sent (`sms.url`).
    /// - Parameter title: what the application is called in them.
    public func accountTexts(title: String) -> AccountTexts? {
        texts.isOpen ? AccountTexts(queue: PersonalTexts(texts: texts), title: title) : nil
    }
}

/// An application that has started.
public struct RunningApplication: Sendable {
    /// What it answers.
    public var mount: Mount
    /// What runs beside requests until it is cancelled, by name.
    public var workers: [(name: String, run: @Sendable () async -> Void)]
    /// What it depends on besides its database.
    public var checks: [HealthCheck]
    /// Adds what does its jobs.
    public var jobs: @Sendable (inout JobBook) -> Void = { _ in }
    /// Jobs that come by the clock.
    public var schedules: [Schedule] = []
    /// Ends the answers that would never end by themselves, so that a node that stops need not wait for them.
    public var endStreams: @Sendable () -> Void

    /// A started application.
    public init(
        mount: Mount, workers: [(name: String, run: @Sendable () async -> Void)] = [], checks: [HealthCheck] = [],
        endStreams: @escaping @Sendable () -> Void = {}
    ) {
        self.mount = mount
        self.workers = workers
        self.checks = checks
        self.endStreams = endStreams
    }
}

/// How much demonstration data, and which.
public struct Demonstration: Sendable {
    /// How much.
    public enum Scale: String, Sendable, CaseIterable {
        /// Enough to look around.
        case small
        /// As much as a house has in a season.
        case medium
        /// As much as it must be able to carry.
        case full
    }

    /// The password of all accounts when nobody chose one. Known to everybody, so for loopback only.
    public static let builtInPassword = "Portico-demo-1!"

    /// How much.
    public let scale: Scale
    /// The same seed gives the same data.
    public let seed: UInt64
    /// The day the data ends on is the day of this instant.
    public let now: Instant
    /// Password of all accounts.
    public let password: Secret<String>

    /// A demonstration.
    public init(scale: Scale, seed: UInt64, now: Instant, password: Secret<String>) {
        self.scale = scale
        self.seed = seed
        self.now = now
        self.password = password
    }

    /// Whether everybody knows the password.
    public var hasBuiltInPassword: Bool { password.reveal() == Demonstration.builtInPassword }
}
