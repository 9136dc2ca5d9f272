import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What operators see of the database.
@Suite(.timeLimit(.minutes(5))) struct DatabaseConsoleTests {
    private static let api = "/bags/api/v1/operations"

    /// A log for which statements are slow from so many milliseconds on.
    private func log(slow milliseconds: Int64) -> QueryLog {
        QueryLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, slowMilliseconds: milliseconds)
    }

    @Test("statements are listed with their figures, in the order that is asked for", arguments: TestEngine.available)
    func statements(engine: TestEngine) async throws {
        try await withApp(on: engine, queries: log(slow: 600_000)) { app async throws in
            for _ in 0..<3 {
                _ = try await app.database.read {
                    try $0.all("test.roles", "SELECT role FROM user_profiles") { try $0[0] as String }
                }
            }
            _ = try? await app.database.read { try $0.scalar("test.wrong", "SELECT none FROM accounts", as: Int.self) }
            let admin = try await app.client("admin")
            let items = await admin.get("\(Self.api)/statements?sort=rows").json["items"]?.elements ?? []
            let rows = items.compactMap { $0["rows"]?.int64 }
            #expect(rows.count == items.count && rows == rows.sorted(by: >))
            let roles = try #require(items.first { $0["name"]?.string == "test.roles" })
            #expect(roles["calls"]?.int64 == 3 && roles["rows"]?.int64 == 15 && roles["failed"]?.int64 == 0)
            #expect(roles["slow"]?.int64 == 0 && roles["plan"]?.elements?.isEmpty == true && roles["slow_at"] == .null)
            let wrong = items.first { $0["name"]?.string == "test.wrong" }
            #expect(wrong?["failed"]?.int64 == 1)
            let names = await admin.get("\(Self.api)/statements?sort=name").json["items"]?.elements ?? []
            #expect(names.count >= items.count)
            #expect(names.compactMap { $0["name"]?.string } == names.compactMap { $0["name"]?.string }.sorted())
            #expect(await admin.get("\(Self.api)/statements?sort=beauty").status == 422)
        }
    }

    @Test("the page shows statements, connections and how the database is", arguments: TestEngine.available)
    func page(engine: TestEngine) async throws {
        try await withApp(on: engine, queries: log(slow: 600_000)) { app async throws in
            let admin = try await app.client("admin")
            let page = await admin.get("/bags/ops/sql")
            #expect(page.status == 200)
            #expect(page.text.contains("Statements run") && page.text.contains("aria-current=\"page\">Total time"))
            #expect(page.text.contains("Not enough traffic yet") && page.text.contains("No statement was slow"))
            #expect(page.text.contains(engine == .sqlite ? "Write-ahead log" : "The server gives"))
            #expect(!page.text.contains("becoming scarce"))
            let sorted = await admin.get("/bags/ops/sql?sort=p99&all=true")
            #expect(sorted.status == 200 && sorted.text.contains("aria-current=\"page\">p99"))
            #expect(await admin.get("/bags/ops/sql?sort=beauty").status == 422)
        }
    }

    @Test("the page shows the first fifty statements, and all when asked")
    func many() async throws {
        try await withApp(on: .sqlite) { app async throws in
            try await app.database.read { reading in
                for number in 100..<170 {
                    _ = try reading.scalar("test.n\(number)", "SELECT count(*) FROM accounts", as: Int.self)
                }
            }
            let admin = try await app.client("admin")
            let first = await admin.get("/bags/ops/sql?sort=name").text
            #expect(first.contains("Show all ") && !first.contains("test.n169"))
            let all = await admin.get("/bags/ops/sql?sort=name&all=true").text
            #expect(!all.contains("Show all ") && all.contains("test.n169"))
        }
    }

    @Test("a slow statement is shown with its plan", arguments: TestEngine.available)
    func slow(engine: TestEngine) async throws {
        try await withApp(on: engine, queries: log(slow: 0)) { app async throws in
            // First the sign-in: everything counts as slow here, and only the last ones are kept.
            let admin = try await app.client("admin")
            _ = try await app.database.read {
                try $0.all("test.slow", "SELECT id FROM accounts WHERE name = \("<sesame>")") { try $0[0] as Int64 }
            }
            // The page begins with the slowest, and this one is quick.
            let page = await admin.get("/bags/ops/sql?all=true").text
            #expect(page.contains("test.slow: "))
            #expect(page.uppercased().contains("SCAN") && !page.contains("sesame"))
            let items = await admin.get("\(Self.api)/statements?sort=slow").json["items"]?.elements ?? []
            let one = try #require(items.first { $0["name"]?.string == "test.slow" })
            #expect(one["slow"]?.int64 == 1 && one["plan"]?.elements?.isEmpty == false)
        }
    }

    @Test("the page shows the twenty slowest statements, and all when asked")
    func manySlow() async throws {
        try await withApp(on: .sqlite, queries: log(slow: 0)) { app async throws in
            let admin = try await app.client("admin")
            try await app.database.read { reading in
                for number in 100..<130 {
                    _ = try reading.scalar("test.n\(number)", "SELECT count(*) FROM accounts", as: Int.self)
                }
            }
            let summaries = { (page: String) in page.ranges(of: "<details class=\"fold\">").count }
            let first = await admin.get("/bags/ops/sql").text
            #expect(summaries(first) == 20 && first.contains("?all=true#slow-title"))
            let all = await admin.get("/bags/ops/sql?all=true").text
            #expect(summaries(all) > 20 && !all.contains("#slow-title") && all.contains("test.n129: "))
        }
    }

    @Test("pools and findings are given to programs, as their routes declare", arguments: TestEngine.available)
    func programs(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let admin = try await app.client("admin")
            for name in ["statements", "pools", "database"] {
                let answer = await admin.get("\(Self.api)/\(name)")
                #expect(answer.status == 200)
                #expect(answer.json["items"]?.elements?.isEmpty == false, "\(name)")
                let route = try #require(app.mount.routes.first { $0.path == "/api/v1/operations/\(name)" })
                let schema = try #require(route.answers.first?.schema)
                let differences = SchemaCheck(components: schema.components)
                    .differences(answer.json, from: schema.schema)
                #expect(differences.isEmpty, "\(name): \(differences)")
            }
            let pools = await admin.get("\(Self.api)/pools").json["items"]?.elements ?? []
            let names = pools.compactMap { $0["name"]?.string }
            #expect(names.starts(with: engine == .sqlite ? ["write", "read", "long"] : ["session"]))
            #expect(pools.allSatisfy { $0["warning_percent"] == .null })
        }
    }

    /// The application's frame around it takes three: the session, the area of the person, the age of the catalogue.
    @Test("looking at the page takes two statements besides those of its frame", arguments: TestEngine.available)
    func budget(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let admin = try await app.client("admin")
            _ = await admin.get("/bags/ops/sql")
            let page = try await app.database.budget(5) { await admin.get("/bags/ops/sql") }
            #expect(page.status == 200)
        }
    }
}
