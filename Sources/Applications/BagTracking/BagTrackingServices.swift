import Portico

/// What every part of the application works with. Made once at the start; a value that may be copied freely.
struct BagTrackingServices: Sendable {
    let database: Database
    let clock: Clock
    let outbox: EventOutbox
    /// What is done later.
    let jobs: JobQueue
    let mails: MailQueue
    let cursors: CursorSigner
    let settings: BagSettings
    let metrics: BagMetrics
    /// Areas and product types as this process knows them.
    let catalog: CatalogCache
    /// What is known of the audit's chain.
    let chain: ChainWatch
    /// Who is at which page now.
    let presence: Presence

    init(
        database: Database, clock: Clock, outbox: EventOutbox, mails: MailQueue, jobs: JobQueue, cursors: CursorSigner,
        settings: BagSettings, metrics: MetricsRegistry, presence: Presence? = nil,
        checkpoints: AuditCheckpointFile? = nil, caches: CacheRegistry = CacheRegistry()
    ) {
        self.database = database
        self.clock = clock
        self.outbox = outbox
        self.mails = mails
        self.jobs = jobs
        self.cursors = cursors
        self.settings = settings
        self.metrics = BagMetrics(metrics)
        self.catalog = CatalogCache(in: caches)
        self.presence = presence ?? Presence(clock: clock)
        self.chain = ChainWatch(database: database, clock: clock, metrics: metrics, checkpoints: checkpoints)
    }

    var scans: ScanStore { ScanStore(services: self) }
    var undo: UndoStore { UndoStore(services: self) }
    var corrections: CorrectionStore { CorrectionStore(services: self) }
    var bills: BillStore { BillStore(services: self) }
    var gate: GateStore { GateStore(services: self) }
    var retirement: RetirementStore { RetirementStore(services: self) }
    var holds: HoldStore { HoldStore(services: self) }
    var numbers: SSCCStore { SSCCStore(services: self) }
    var returns: ReturnStore { ReturnStore(services: self) }
    var labels: LabelStore { LabelStore(services: self) }
    /// How sacks and bags are called in EPCIS.
    var identifiers: EPCIdentifiers { EPCIdentifiers(publicURL: settings.publicURL) }
}
