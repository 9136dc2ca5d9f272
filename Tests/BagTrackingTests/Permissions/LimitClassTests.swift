import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// §6: how often one user may do what, by the answers.
@Suite("Classes of limits (§6)")
struct LimitClassTests {
    /// A class as the specification has it, and a request that counts under it and costs little.
    struct Figures: Sendable, CustomTestStringConvertible {
        let name: String
        /// Requests in `seconds`, sustained.
        let quota: Int
        let seconds: Int
        /// Requests that may come at once.
        let burst: Int
        let method: HTTPMethod
        let path: String

        var testDescription: String { name }
        /// From one request to the next, sustained.
        var pause: Span { .milliseconds(Int64(seconds * 1000 / quota)) }
    }

    static let classes = [
        Figures(name: "scan", quota: 3000, seconds: 60, burst: 300, method: .post, path: "scans/child"),
        Figures(name: "batch", quota: 120, seconds: 60, burst: 20, method: .post, path: "scans/batch"),
        Figures(name: "read", quota: 3000, seconds: 60, burst: 300, method: .get, path: "areas/lucknow"),
        Figures(name: "search", quota: 600, seconds: 60, burst: 100, method: .get, path: "resolve"),
        Figures(name: "write", quota: 600, seconds: 60, burst: 100, method: .post, path: "bills"),
        Figures(name: "bulk", quota: 240, seconds: 3600, burst: 60, method: .post, path: "labels/sheet"),
        Figures(name: "admin", quota: 600, seconds: 60, burst: 100, method: .post, path: "areas"),
    ]

    /// The application behind its limits, as a node has it.
    private func limited(_ app: AppHarness) throws -> Site {
        let environment = app.environment
        let rules = Set(app.mount.routes.map(\.limit)).compactMap { $0.rule(of: app.mount) }
        var configuration = Site.Configuration(
            mounts: [app.mount], csrf: environment.csrf, clock: app.clock, logger: environment.logger,
            metrics: MetricsRegistry(), assets: environment.library.links)
        configuration.limits = RateLimits(book: RateRuleBook(rules))
        return try Site(configuration)
    }

    @Test("lets a burst through and then one request a pause, and says so", arguments: classes)
    func figures(figures: Figures) async throws {
        try await withApp { app in
            let site = try limited(app)
            let (client, other) = (TestClient(site), TestClient(site))
            try await client.signIn("admin@bags.demo", AppHarness.password, at: "/bags")
            try await other.signIn("biller@bags.demo", AppHarness.password, at: "/bags")
            func send(by client: TestClient) async -> TestAnswer {
                let path = "/bags/api/v1/\(figures.path)"
                return figures.method == .get ? await client.get(path) : await client.post(path)
            }
            let first = await send(by: client)
            #expect(first.status != 429 && first.status < 500)
            let policy = "\"bags.\(figures.name)\";q=\(figures.quota);w=\(figures.seconds);"
            #expect(first[header: "ratelimit-policy"]?.hasPrefix(policy) == true)
            #expect(first[header: "ratelimit"]?.hasPrefix("\"bags.\(figures.name)\";r=\(figures.burst - 1);") == true)
            for _ in 1..<figures.burst { #expect(await send(by: client).status != 429) }
            let refused = await send(by: client)
            #expect(refused.status == 429 && refused.problemCode == "rate_limited")
            let wait = try #require(refused[header: "retry-after"].flatMap { Int64($0) })
            #expect(wait == max(1, (figures.pause.milliseconds + 999) / 1000))
            #expect(await send(by: other).status != 429)
            app.clock.advance(by: figures.pause)
            #expect(await send(by: client).status != 429)
            #expect(await send(by: client).status == 429)
        }
    }

    @Test("there are no others, and only scans pass without the counters that nodes share")
    func others() async throws {
        try await withApp { app in
            let limits = Set(app.mount.routes.map(\.limit)).filter { !$0.isUnlimited }
            let names = Set(LimitClassTests.classes.map(\.name))
            #expect(Set(limits.map(\.name)) == names.union(["pages", "sign_in"]))
            #expect(limits.count == names.count + 2)
            for limit in limits {
                let rule = try #require(limit.rule(of: app.mount))
                let isScan = ["scan", "batch"].contains(limit.name)
                #expect(rule.onStoreFailure == (isScan ? .admit : .local), "\(limit.name)")
            }
        }
    }
}
