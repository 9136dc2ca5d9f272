import Foundation
import FoundationNetworking
import Logging
import PorticoTesting
import Testing

@testable import Portico

@Suite("Spans on their way to a collector", .timeLimit(.minutes(10))) struct TraceExportTests {
    private struct Errand: Job {
        static let name = "errands.run"
        var payload: JSONValue { [:] }
        init() {}
        init(payload: JSONValue) {}
    }

    /// Enqueues an errand at each request.
    private struct Errands: Application {
        let id = "errands"
        let title = "Errands"
        let purpose = "Runs errands"
        let mark = Icon.list
        let schema: [SchemaComponent] = []
        let settings: [SettingDeclaration] = []
        let roles: [(name: String, permissions: Set<String>)] = []
        let assets: [EmbeddedAsset] = []
        /// Hears of errands that were run.
        let onRun: @Sendable () -> Void

        func start(_ environment: ApplicationEnvironment) async throws -> RunningApplication {
            let (database, jobs, onRun) = (environment.database, environment.jobs, onRun)
            let route = Route.raw(.get, "/run", "run", "Runs an errand", access: .anonymous, mediaType: "text/plain") {
                (_: RequestContext, _: NoInput) async throws -> Response in
                try await database.write { _ = try jobs.enqueue(Errand(), in: $0) }
                return .text("soon")
            }
            var running = RunningApplication(mount: Mount(id: id, prefix: "/errands", title: title, routes: [route]))
            running.jobs = { book in book.handle(Errand.self) { _, _ in onRun() } }
            return running
        }

        func seed(_ demonstration: Demonstration, _ environment: ApplicationEnvironment) async throws {}

        func enrol(_ person: NewPerson, _ environment: ApplicationEnvironment) async throws {}
    }

    private let metrics = MetricsRegistry()

    private func node(
        _ folder: TemporaryFolder, _ extra: [(key: String, value: String)], onRun: @escaping @Sendable () -> Void = {}
    ) throws -> Node {
        let declarations =
            PlatformSettings.declarations + [
                SettingDeclaration("errands.database_url", .text(0...1000), default: "", isSecret: true, "database")
            ]
        let settings = try Settings(
            declarations,
            flags: [(key: "data.directory", value: folder.path), (key: "server.port", value: "0")] + extra)
        return Node(
            Node.Configuration(applications: [Errands(onRun: onRun)], settings: settings, version: "1.4"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: metrics)
    }

    private func get(_ port: Int, traceparent: String? = nil) async throws -> Int? {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)/errands/run?token=geheim")))
        if let traceparent { request.setValue(traceparent, forHTTPHeaderField: "traceparent") }
        let (_, response) = try await URLSession.shared.data(for: request)
        return (response as? HTTPURLResponse)?.statusCode
    }

    private func count(_ outcome: String) -> Int {
        let text = String(decoding: metrics.prometheusText(), as: UTF8.self)
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("portico_trace_spans_total{outcome=\"\(outcome)\"}")
        }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    @Test("a request, the enqueueing, and the run that is linked to it reach the collector as one trace")
    func oneTrace() async throws {
        let collector = try LocalServer { _ in .answer(200, body: []) }
        defer { collector.stop() }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (runs, ran) = AsyncStream<Void>.makeStream()
        let settings = [
            (key: "telemetry.otlp_endpoint", value: collector.url),
            (key: "telemetry.otlp_authorization", value: "Bearer abc"),
            (key: "telemetry.traces_per_thousand", value: "0"),
            (key: "telemetry.slow_milliseconds", value: "600000"),
        ]
        let node = try node(folder, settings) { ran.yield() }
        let port = try await node.start()
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        #expect(try await get(port, traceparent: "00-\(trace)-00f067aa0ba902b7-01") == 200)
        for await _ in runs { break }
        // What is left is sent then.
        await node.stop()
        let received = collector.received
        #expect(received.allSatisfy { $0.method == "POST" && $0.target == "/v1/traces" })
        #expect(received.allSatisfy { $0.headers["content-type"] == "application/x-protobuf" })
        #expect(received.allSatisfy { $0.headers["authorization"] == "Bearer abc" && $0.headers["traceparent"] == nil })
        let spans = CollectedSpan.all(in: received.map(\.body))
        let request = try #require(spans.first { $0.kind == 2 })
        let sending = try #require(spans.first { $0.kind == 4 })
        let run = try #require(spans.first { $0.kind == 5 })
        #expect(request.name == "GET /errands/run" && request.parent == "00f067aa0ba902b7")
        #expect(sending.name == "enqueue errands.run" && sending.parent == request.id)
        #expect(run.name == "process errands.run" && run.links == [sending.id] && run.parent == sending.id)
        #expect(spans.allSatisfy { $0.trace == trace } && Set(spans.map(\.id)).count == spans.count)
        #expect(spans.contains { $0.name == "jobs.enqueue" && $0.attributes["db.system.name"] == "sqlite" })
        #expect(!spans.contains { "\($0)".contains("geheim") })
        let resource = CollectedSpan.resource(in: try #require(received.first).body)
        #expect(resource["service.name"] == "portico" && resource["service.version"] == "1.4")
        #expect(count("exported") == spans.count)
    }

    @Test("a collector that is away costs spans, which are counted, and no request")
    func away() async throws {
        let collector = try LocalServer { _ in .answer(400) }
        defer { collector.stop() }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let node = try node(folder, [(key: "telemetry.otlp_endpoint", value: collector.url + "/otlp/")])
        let port = try await node.start()
        for _ in 0..<3 { #expect(try await get(port) == 200) }
        await node.stop()
        #expect(collector.received.allSatisfy { $0.target == "/otlp/v1/traces" })
        // Of each request the span itself, the statement and the enqueueing at least.
        #expect(count("rejected") >= 9 && count("exported") == 0)
    }

    @Test("without a collector nothing is recorded, and a job carries what the caller sent")
    func off() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let node = try node(folder, [])
        let port = try await node.start()
        #expect(try await get(port) == 200)
        await node.stop()
        #expect(!String(decoding: metrics.prometheusText(), as: UTF8.self).contains("portico_trace_"))
    }

    @Test(
        "what is no address of a collector stops the start with one line",
        arguments: [
            ("telemetry.otlp_endpoint", "collector:4318"), ("telemetry.otlp_endpoint", "http://a:b@collector"),
            ("telemetry.otlp_endpoint", "http://collector/?key=1"), ("telemetry.otlp_authorization", "Bearer\nabc"),
        ])
    func mistakes(key: String, value: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let extra = [(key: "telemetry.otlp_endpoint", value: "http://collector"), (key: key, value: value)]
        do {
            _ = try await node(folder, extra).start()
            Issue.record("started")
        } catch let mistake as Settings.Mistake {
            #expect(mistake.description.hasPrefix(key))
        }
    }

    @Test("a batch is tried again where the collector asks for that, and what it rejects is counted")
    func outcomes() async throws {
        // partial_success: { rejected_spans: 300, error_message: "no" }
        let partial: [UInt8] = [0x0A, 0x07, 0x08, 0xAC, 0x02, 0x12, 0x02, 0x6E, 0x6F]
        let manners: [(LocalServer.Manner, SpanExporter.Outcome)] = [
            (.answer(200, body: []), .taken(rejected: 0)), (.answer(202, body: partial), .taken(rejected: 300)),
            (.answer(413), .refused), (.answer(500), .refused), (.hangUp, .later), (.answer(503), .later),
        ]
        for (manner, outcome) in manners {
            let server = try LocalServer { _ in manner }
            defer { server.stop() }
            let client = try OutboundClient(clock: Clock(), metrics: MetricsRegistry())
            let collector = try TraceCollector(try OutboundURL(server.url), authorization: nil, client: client)
            let end = monotonicNanoseconds() + 60_000_000_000
            #expect(await collector.take([1, 2], by: end) == outcome)
            #expect(server.received.count == (outcome == .later ? 3 : 1))
            #expect(server.received.allSatisfy { $0.body == [1, 2] && $0.headers["authorization"] == nil })
            await client.shutdown()
        }
    }

    @Test("a call has no more time than there is")
    func late() async throws {
        let server = try LocalServer { _ in .silence }
        defer { server.stop() }
        let client = try OutboundClient(clock: Clock(), metrics: MetricsRegistry())
        let collector = try TraceCollector(try OutboundURL(server.url), authorization: nil, client: client)
        let started = monotonicNanoseconds()
        #expect(await collector.take([1], by: started + 200_000_000) == .later)
        #expect(monotonicNanoseconds() - started < 5_000_000_000)
        #expect(await collector.take([1], by: started) == .later)
        await client.shutdown()
    }
}
