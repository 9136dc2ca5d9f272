import Portico

/// What the packing tables count. Labels never hold codes or people.
struct BagMetrics: Sendable {
    private let scans: CounterFamily
    private let refusals: CounterFamily
    private let replays: Counter
    private let undone: Counter
    private let transitions: CounterFamily
    private let findings: Counter
    private let staleChecks: Counter
    private let returns: CounterFamily
    private let webhooks: CounterFamily
    private let durations: HistogramFamily
    private let offlineDelay: Histogram
    private let exportedRows: CounterFamily
    private let runningExports: Gauge
    private let importedRows: CounterFamily
    private let importParts: Histogram

    init(_ registry: MetricsRegistry) {
        scans = registry.counter(
            "bags_scans_total", help: "Scans recorded, by kind and outcome.", labels: ["kind", "outcome"])
        refusals = registry.counter("bags_scan_refusals_total", help: "Scans refused, by reason.", labels: ["code"])
        replays = registry.counter(
            "bags_scan_replays_total", help: "Scans answered again without being recorded again.")
        undone = registry.counter("bags_undo_total", help: "Scans taken back.")
        transitions = registry.counter(
            "bags_bill_transitions_total", help: "Bills that went into another state.", labels: ["to"])
        findings = registry.counter(
            "bags_gate_findings_total", help: "Sacks found on a lorry that were not on its bill.")
        staleChecks = registry.counter(
            "bags_gate_checks_stale_total", help: "Checks at the gate that ran for too long and were told of.")
        returns = registry.counter(
            "bags_returns_total", help: "Sacks that came back, by condition.", labels: ["condition"])
        webhooks = registry.counter(
            "bags_webhook_deliveries_total",
            help: "Tries to deliver to webhooks: delivered, again later, failed for good.",
            labels: ["result"])
        durations = registry.histogram(
            "bags_scan_duration_seconds", help: "Time from a scan's arrival to its durable record.", labels: ["kind"],
            buckets: HistogramBuckets([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5]))
        offlineDelay = registry.histogram(
            "bags_offline_delay_seconds", help: "Time from the device's reading to the server's record.",
            buckets: HistogramBuckets([1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400, 604_800]))
        exportedRows = registry.counter(
            "bags_export_rows_total", help: "Rows exported, by table and format.", labels: ["name", "format"])
        importedRows = registry.counter(
            "bags_import_rows_total", help: "Rows imported, by what came of them.", labels: ["result"])
        importParts = registry.histogram(
            "bags_import_chunk_seconds", help: "Time for which a part of an import held the writer.",
            buckets: HistogramBuckets([0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1]))
        runningExports = registry.gauge("bags_exports_running", help: "Exports that are being sent.")
    }

    /// Counts custody events of an export.
    func exportedEvents(_ count: Int) {
        exportedRows.with("epcis", "json").increment(by: count)
    }

    /// Counts a part of an import.
    /// - Parameter held: nanoseconds for which it held the writer.
    func imported(_ counts: ImportCounts, held: Int64) {
        importedRows.with("ok").increment(by: counts.ok)
        importedRows.with("unchanged").increment(by: counts.unchanged)
        importedRows.with("rejected").increment(by: counts.rejected)
        importParts.observe(nanoseconds: held)
    }

    /// Counts rows of an export.
    func exported(_ name: ExportName, _ format: TableFormat, rows: Int) {
        exportedRows.with(name.rawValue, format.rawValue).increment(by: rows)
    }

    /// Exports begin or end.
    func exportsRunning(by change: Int) {
        runningExports.add(Double(change))
    }

    /// Counts a scan that was answered.
    func scanned(_ result: ScanResult, nanoseconds: Int64) {
        durations.with(result.kind.rawValue).observe(nanoseconds: nanoseconds)
        guard !result.isReplay else { return replays.increment() }
        scans.with(result.kind.rawValue, result.outcome.rawValue).increment()
        if let code = result.rejectCode { refusals.with(code).increment() }
        offlineDelay.observe(seconds: max(0, Double(result.delay.milliseconds) / 1000))
    }

    /// Counts a bill that is in another state now.
    func movedBill(to state: BillState) {
        transitions.with(state.rawValue).increment()
    }

    /// Counts a sack that was found at the gate.
    func foundSack() {
        findings.increment()
    }

    /// Counts checks at the gate that people were told of.
    func toldOfStaleChecks(_ count: Int) {
        staleChecks.increment(by: count)
    }

    /// Counts a sack that came back.
    func tookBack(_ condition: ReturnCondition) {
        returns.with(condition.rawValue).increment()
    }

    /// Counts a try to deliver to a webhook.
    func triedWebhook(_ result: String) {
        webhooks.with(result).increment()
    }

    /// Counts a scan that was taken back.
    func tookBack() {
        undone.increment()
    }
}
