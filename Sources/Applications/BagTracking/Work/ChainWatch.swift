import Portico
import Synchronization

/// Remembers whether the chain of the audit was whole when it was last checked, for the page of the audit and for the
/// gauge that an alert stands on.
final class ChainWatch: Sendable {
    /// What a check found, and when it began.
    struct Finding: Sendable {
        let verification: AuditVerification
        let at: Instant
    }

    /// From one check to the next.
    static let interval = Span.minutes(10)
    /// The most rows that somebody who opens the page waits for when nothing was checked yet.
    static let shortAudit = 10_000

    private let database: Database
    private let clock: Clock
    /// Where checkpoints of the chain are published; nil where they are not.
    private let checkpoints: AuditCheckpointFile?
    private let known = Mutex<Finding?>(nil)

    init(database: Database, clock: Clock, metrics: MetricsRegistry, checkpoints: AuditCheckpointFile? = nil) {
        self.database = database
        self.clock = clock
        self.checkpoints = checkpoints
        // No sample before the first check: a zero would say that the chain is broken.
        metrics.observe(
            gauge: "bags_audit_chain_ok", help: "Whether the audit's chain was whole at its last check.", labels: []
        ) { [weak self] in
            self?.last.map { [(labels: [], value: $0.verification.ok ? 1 : 0)] } ?? []
        }
    }

    /// What the newest check found; nil before the first.
    var last: Finding? { known.withLock { $0 } }

    /// Checks the whole chain, and compares it with the checkpoints that this node can read.
    /// - Throws: ``SQLError``.
    @discardableResult
    func check() async throws -> Finding {
        let begun = clock.now()
        // A file that can't be read is the matter of the node's health, and of nobody who looks at the audit.
        let published = try? await checkpoints?.list()
        let finding = Finding(verification: try await AuditChain.verify(database, against: published), at: begun)
        known.withLock { known in
            if known.map({ $0.at <= begun }) ?? true { known = finding }
        }
        return finding
    }

    /// What the newest check found. Where there was none it is made now, unless the audit is too long to wait for.
    /// - Throws: ``SQLError``.
    func present() async throws -> Finding? {
        if let last { return last }
        let rows = try await database.read { reading in
            try reading.scalar(
                "audit.short",
                "SELECT count(*) FROM (SELECT 1 FROM audit_rows LIMIT \(ChainWatch.shortAudit + 1)) AS beginning",
                as: Int.self)
        }
        return (rows ?? 0) <= ChainWatch.shortAudit ? try await check() : nil
    }
}
