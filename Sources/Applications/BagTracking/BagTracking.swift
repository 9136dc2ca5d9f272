import Portico

/// Bag tracking: for every small bag of certified planting stock, which sack it is in, on which bill that sack left,
/// who scanned it and when.
public struct BagTrackingApplication: Application {
    /// `bags`.
    public let id = "bags"
    /// Its name.
    public let title = "Bag tracking"
    /// One line for the start page.
    public let purpose = "Which bag is in which sack, on which lorry, and who scanned it when"
    /// A sack.
    public let mark = Icon.sack

    /// The application.
    public init() {}

    /// Areas, product types, bills, bags, scans, custody, counters, people.
    public var schema: [SchemaComponent] { [BagSchema.component, WebhookSchema.component] }

    /// Everything that begins with `bags.`.
    public var settings: [SettingDeclaration] { BagSettings.declarations }

    /// Dispatchers, gatekeepers, billers and administrators.
    public var roles: [(name: String, permissions: Set<String>)] {
        BagRole.allCases.map { (name: $0.rawValue, permissions: $0.permissions) }
    }

    /// Styles and scripts of the pages.
    public var assets: [EmbeddedAsset] {
        EmbeddedAssets.files.map { EmbeddedAsset(name: $0.name, content: $0.content) }
    }

    /// The figures of rule R38.
    public var counters: KeptCounters? {
        KeptCounters(
            compare: { try CounterStore.verify(in: $0).lines },
            rebuild: { transaction in
                let found = try CounterStore.repair(in: transaction)
                // Nodes compare at once, so that an alarm about the old figures ends.
                if !found.drift.isEmpty { try JobQueue(clock: Clock()).enqueue(CheckCounters(), in: transaction) }
                return found.lines
            })
    }

    /// Puts stores, routes and workers together.
    /// - Throws: ``BagSettingMistake``, ``IncompleteDemonstration``, ``SQLError``.
    public func start(_ environment: ApplicationEnvironment) async throws -> RunningApplication {
        try await DemoSeeder.refuseIncomplete(environment.database)
        let (isDemonstration, isOpenToAll) = try await environment.database.read { reading in
            (try DemoState.read(in: reading) != nil, try DemoState.hasBuiltInPassword(in: reading))
        }
        guard !isOpenToAll || environment.isLocal else {
            throw Settings.Mistake(
                description: """
                    server.host: the database of bags has demonstration accounts with the built-in password; it takes a \
                    loopback address
                    """)
        }
        let settings = try BagSettings(environment, isDemonstration: isDemonstration)
        let parts = try BagTrackingParts(
            environment, settings: settings, isDemonstration: isDemonstration, roles: roles)
        var running = RunningApplication(
            mount: parts.mount(id: id, title: title), workers: parts.workers, endStreams: parts.endStreams)
        try await parts.webhooks.renewSeals(in: environment.database)
        try await BillKeys(database: environment.database).renew()
        let traces = PersonTraces(database: environment.database, webhooks: parts.webhooks.desk)
        running.jobs = { [work = parts.work, desk = parts.webhooks.desk] book in
            work.register(in: &book)
            desk.handle(in: &book)
            traces.register(in: &book)
        }
        running.schedules = try parts.work.schedules() + [parts.webhooks.desk.tending()]
        return running
    }

    /// Fills an empty database with a packing season.
    public func seed(_ demonstration: Demonstration, _ environment: ApplicationEnvironment) async throws {
        let identity = BagTrackingParts.identity(environment, roles: roles)
        let seeder = DemoSeeder(
            database: environment.database, accounts: identity.accounts, passwords: environment.passwords)
        try await seeder.seed(demonstration)
    }
}
