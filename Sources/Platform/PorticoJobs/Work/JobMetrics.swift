import PorticoSQL
import PorticoTelemetry
import PorticoValues
import Synchronization

/// What is counted of jobs.
struct JobMetrics: Sendable {
    private let application: String
    private let ended: CounterFamily
    private let duration: HistogramFamily
    private let wait: HistogramFamily
    private let retries: CounterFamily
    private let dead: CounterFamily
    private let rescued: CounterFamily
    private let stuck: CounterFamily
    private let standing: GaugeFamily
    private let oldest: GaugeFamily
    private let deadRows: GaugeFamily
    private let indexBytes: GaugeFamily

    init(_ registry: MetricsRegistry, application: String) {
        self.application = application
        let labels = ["application", "queue"]
        let buckets = HistogramBuckets([0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 60, 300, 600])
        ended = registry.counter(
            "portico_jobs_runs_total", help: "Runs of jobs that ended here, by what became of the job.",
            labels: labels + ["outcome"])
        duration = registry.histogram(
            "portico_jobs_duration_seconds", help: "How long runs took.", labels: labels, buckets: buckets)
        wait = registry.histogram(
            "portico_jobs_wait_seconds", help: "From when a job was due to when its run began.", labels: labels,
            buckets: buckets)
        retries = registry.counter(
            "portico_jobs_retries_total", help: "Runs that failed and are tried again.", labels: labels)
        dead = registry.counter("portico_jobs_dead_total", help: "Jobs that failed for good.", labels: labels)
        rescued = registry.counter(
            "portico_jobs_rescued_total", help: "Jobs taken over from a worker that was not heard of.", labels: labels)
        stuck = registry.counter(
            "portico_jobs_given_up_total", help: "Runs that did not end when they were asked to.", labels: labels)
        standing = registry.gauge(
            "portico_jobs", help: "Jobs by state, in the whole application.", labels: labels + ["state"])
        oldest = registry.gauge(
            "portico_jobs_oldest_due_timestamp_seconds",
            help: "Since when the oldest job is due that waits for a place, in the whole application; 0 when none is.",
            labels: labels)
        deadRows = registry.gauge(
            "portico_jobs_table_dead_rows",
            help: "Rows of the queue's table that wait to be cleared away, as the database server estimates them.",
            labels: ["application"])
        indexBytes = registry.gauge(
            "portico_jobs_index_bytes",
            help: "What the indexes of the queue's table take on the database server's disk.",
            labels: ["application", "index"])
    }

    func began(_ job: ClaimedJob, at now: Instant) {
        wait.with(application, job.queue).observe(seconds: Double(max(0, (now - job.runAt).milliseconds)) / 1000)
    }

    /// - Parameter end: nil when somebody else has the job by now.
    func finished(_ job: ClaimedJob, _ end: JobEnd?, nanoseconds: Int64) {
        ended.with(application, job.queue, end?.state.rawValue ?? "lost").increment()
        duration.with(application, job.queue).observe(nanoseconds: nanoseconds)
        switch end {
        case .again(_, _, counts: true): retries.with(application, job.queue).increment()
        case .failed: dead.with(application, job.queue).increment()
        default: break
        }
    }

    func rescued(_ job: ClaimedJob) {
        rescued.with(application, job.queue).increment()
        if !job.mayRetry { dead.with(application, job.queue).increment() }
    }

    func gaveUp(_ job: ClaimedJob) {
        stuck.with(application, job.queue).increment()
    }

    /// Shows how much room the table of jobs takes.
    func show(_ room: TableRoom) {
        deadRows.with(application).set(Double(room.dead))
        for index in room.indexes { indexBytes.with(application, index.name).set(Double(index.bytes)) }
    }

    /// Shows how many jobs stand where. States that have become empty are shown as such.
    func show(_ overview: [JobQueueOverview], queues: [String]) {
        let overviews = Dictionary(uniqueKeysWithValues: overview.map { ($0.queue, $0) })
        for queue in Set(queues).union(overviews.keys) {
            let overview = overviews[queue]
            for state in JobState.counted {
                standing.with(application, queue, state.rawValue).set(Double(overview?.counts[state] ?? 0))
            }
            oldest.with(application, queue).set(Double(overview?.oldestDue?.milliseconds ?? 0) / 1000)
            // A series that began with its first dead letter would not be seen to grow by it.
            _ = dead.with(application, queue)
        }
    }
}
