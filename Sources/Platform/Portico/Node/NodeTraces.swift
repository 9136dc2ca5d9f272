import Glibc
import Logging

/// The spans of a node: who records them, and where they go. Without a collector nothing is recorded.
struct NodeTraces: Sendable {
    /// Records; nil without a collector.
    let tracer: Tracer?
    private let client: OutboundClient?
    private let exporter: SpanExporter?

    /// What the settings say.
    /// - Throws: ``Settings/Mistake``; ``OutboundError`` when the system has no thread for calls.
    init(_ settings: Settings, version: String, clock: Clock, metrics: MetricsRegistry, logger: Logger) throws {
        let (address, authorization) = (
            settings.text("telemetry.otlp_endpoint"), settings.text("telemetry.otlp_authorization")
        )
        guard !address.isEmpty else {
            (tracer, client, exporter) = (nil, nil, nil)
            return
        }
        guard let url = try? OutboundURL(address), !url.text.contains("?") else {
            throw Settings.Mistake(
                description: """
                    telemetry.otlp_endpoint: its value is no address; it takes one such as http://127.0.0.1:4318, \
                    without a user, password or query in it
                    """)
        }
        guard authorization.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw Settings.Mistake(
                description:
                    "telemetry.otlp_authorization: its value can't stand in a header field; it takes printable ASCII")
        }
        let client = try OutboundClient(clock: clock, metrics: metrics)
        let collector = try TraceCollector(
            url, authorization: authorization.isEmpty ? nil : Secret(authorization), client: client)
        let exporter = SpanExporter(
            SpanExporter.Configuration(resource: NodeTraces.resource(settings, version: version), version: version),
            metrics: metrics, logger: logger
        ) { body, end in
            await collector.take(body, by: end)
        }
        let configuration = Tracer.Configuration(
            perThousand: settings.integer("telemetry.traces_per_thousand"),
            slowMilliseconds: Int64(settings.integer("telemetry.slow_milliseconds")))
        self.client = client
        self.exporter = exporter
        tracer = Tracer(configuration) { exporter.offer($0) }
    }

    /// Sends spans until the task is cancelled, and what is left then.
    func run() async {
        await exporter?.run()
        await client?.shutdown()
    }

    /// What the spans come from, by the semantic conventions of resources.
    private static func resource(_ settings: Settings, version: String) -> [SpanAttribute] {
        [
            SpanAttribute("service.name", settings.text("telemetry.service_name")),
            SpanAttribute("service.version", version),
            SpanAttribute("service.instance.id", ApplicationEnvironment.nodeName),
            SpanAttribute("process.pid", Int(getpid())), SpanAttribute("telemetry.sdk.language", "swift"),
            SpanAttribute("telemetry.sdk.name", "portico"), SpanAttribute("telemetry.sdk.version", version),
        ]
    }
}
