/// The metrics every process has, under the names Prometheus client libraries share.
public enum ProcessMetrics {
    /// Registers `process_*` and `portico_build_info{version}`; they are read from the kernel at each scrape.
    ///
    /// Where the kernel does not tell (no `/proc`), the `process_*` families are simply absent.
    public static func register(in registry: MetricsRegistry, version: String = "development") {
        registry.observe(
            counter: "process_cpu_seconds_total", help: "User and system CPU time spent, in seconds.", labels: [],
            reading(\.cpuSeconds))
        gauge("process_resident_memory_bytes", "Memory held in RAM, in bytes.", in: registry) {
            Double($0.residentBytes)
        }
        gauge("process_open_fds", "File descriptors open.", in: registry) { Double($0.openDescriptors) }
        gauge("process_max_fds", "File descriptors this process may open.", in: registry) {
            Double($0.maximumDescriptors)
        }
        gauge("process_start_time_seconds", "When the process began, in seconds since the Unix epoch.", in: registry) {
            $0.startSeconds
        }
        gauge("process_threads", "Threads alive.", in: registry) { Double($0.threads) }
        registry.gauge("portico_build_info", help: "Constant 1; the label says what is running.", labels: ["version"])
            .with(version).set(1)
    }

    private static func gauge(
        _ name: String, _ help: String, in registry: MetricsRegistry,
        value: @escaping @Sendable (ProcessSample) -> Double
    ) {
        registry.observe(gauge: name, help: help, labels: [], reading(value))
    }

    private static func reading(_ value: @escaping @Sendable (ProcessSample) -> Double) -> ObservedFamily.Reader {
        { ProcessSample.now().map { [(labels: [], value: value($0))] } ?? [] }
    }
}
