import Logging
// example
import PorticoHTTP
import PorticoOperations
// end of example
import PorticoPages
// example
import PorticoTelemetry
// end of example
import PorticoTesting
import PorticoValues
import Testing

@Suite("The README's operations") struct OperationsExampleTests {
    // example
    func operations(_ metrics: MetricsRegistry, canAnswer: @escaping @Sendable () async -> Bool) -> [Route] {
        let database = HealthCheck("bags.database", isEssential: true) {
            await canAnswer() ? HealthCheck.Result(.healthy) : HealthCheck.Result(.unhealthy, "no answer")
        }
        let printer = HealthCheck("bags.printer", isEssential: false) {
            HealthCheck.Result(.unhealthy, "out of paper")
        }
        return OperationsRoutes(checks: [database, printer], metrics: metrics).routes
    }
    // end of example

    @Test("a node without its database is not ready, one without its printer is", arguments: [true, false])
    func example(hasDatabase: Bool) async throws {
        let metrics = MetricsRegistry()
        let root = Mount(
            id: "portico", prefix: "", title: "Portico", routes: operations(metrics) { hasDatabase })
        let site = try Site(
            Site.Configuration(
                mounts: [root], csrf: CSRFSigner(key: Array(repeating: 7, count: 32)), clock: Clock(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: metrics,
                assets: AssetLinks { "/assets/\($0)" }))
        let client = TestClient(site)
        #expect(await client.get("/livez").text == "ok\n")
        let ready = await client.get("/readyz")
        #expect(ready.status == (hasDatabase ? 200 : 503))
        #expect(ready.text.contains(hasDatabase ? "degraded" : "bags.database"))
    }
}
