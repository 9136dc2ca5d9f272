import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// §6: two requests of the class `bulk` at once, whichever they are.
@Suite("Two of the class bulk at once (§6)")
struct BulkPlacesTests {
    /// Calls a route of the class so that it would work.
    private typealias Call = @Sendable (TestClient) async -> TestAnswer

    private static let api = "/bags/api/v1"

    private static func get(_ path: String) -> Call {
        { await $0.get("\(api)/\(path)") }
    }

    private static func upload(_ path: String) -> Call {
        { client in
            let file = "code\r\n5000001\r\nSB62001"
            let name = "content-disposition: form-data; name=\"file\"; filename=\"list.csv\""
            let parts = ["kind", "packing", "area_code", "lucknow"]
            let fields = stride(from: 0, to: parts.count, by: 2).map {
                "--x7d3f\r\ncontent-disposition: form-data; name=\"\(parts[$0])\"\r\n\r\n\(parts[$0 + 1])\r\n"
            }
            let body = "\(fields.joined())--x7d3f\r\n\(name)\r\n\r\n\(file)\r\n--x7d3f--\r\n"
            return await client.send(
                .post, path, ["content-type": "multipart/form-data; boundary=x7d3f"], body: Array(body.utf8))
        }
    }

    /// Every route of the class by its name.
    private static var calls: [String: Call] {
        var calls: [String: Call] = [
            "exportEPCIS": get("exports/epcis.json?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z"),
            "exportOwnData": get("personal-data"), "exportUserData": get("users/1/personal-data"),
            "printLabels": { await $0.post("\(api)/labels/sheet", ["layout": "a4-24", "codes": ["SB00001"]]) },
            "submitLabels": { await $0.submit("/bags/labels", ["codes": "SB00001", "do": "print"]) },
            "createImport": upload("\(api)/imports"), "submitImport": upload("/bags/imports"),
            "submitImportRun": { await $0.submit("/bags/imports/1/run", [:]) },
        ]
        for name in ["bags", "bills", "scans"] {
            for format in ["ndjson", "csv", "xlsx"] {
                let title = name.prefix(1).uppercased() + name.dropFirst()
                calls["export\(title)\(format.uppercased())"] = get("exports/\(name).\(format)")
            }
        }
        return calls
    }

    private func places(_ app: AppHarness) async throws -> Int {
        try await app.database.read {
            try $0.scalar("test.places", "SELECT count(*) FROM export_places", as: Int.self) ?? 0
        }
    }

    @Test("a third is refused on every route of the class, and on no other")
    func third() async throws {
        try await withApp { app in
            let names = app.mount.routes.filter { $0.limit == BagLimits.bulk }.map(\.name)
            #expect(Set(names) == Set(BulkPlacesTests.calls.keys))
            let (admin, biller) = (try await app.client("admin"), try await app.client("biller"))
            // Answers that nobody begins to read hold their places.
            let held = [
                await admin.get("/bags/api/v1/exports/bags.csv"), await admin.get("/bags/api/v1/exports/bags.csv"),
            ]
            #expect(held.map(\.status) == [200, 200])
            for (name, call) in BulkPlacesTests.calls {
                let refused = await call(admin)
                #expect(refused.status == 429, "\(name): \(refused.status) \(refused.text.prefix(200))")
                let route = try #require(app.mount.routes.first { $0.name == name })
                guard route.format != .page else { continue }
                #expect(refused.problemCode == "too_many_running", "\(name)")
                #expect(refused[header: "retry-after"] == "10", "\(name)")
            }
            #expect(await admin.get("/bags/api/v1/bags").status == 200)
            let other = await biller.post("/bags/api/v1/labels/sheet", ["layout": "a4-24", "codes": ["SB00001"]])
            #expect(other.status == 200)
            for answer in held { _ = try await answer.whole() }
            #expect(try await places(app) == 0)
        }
    }

    @Test("each gives its place back, also when it is refused for what it asks", arguments: TestEngine.available)
    func givenBack(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            for _ in 0..<3 {
                let sheet = await admin.post("/bags/api/v1/labels/sheet", ["layout": "a4-24", "codes": ["SB00001"]])
                #expect(sheet.status == 200 && sheet[header: "content-type"] == "application/pdf")
                #expect(await admin.post("/bags/api/v1/labels/sheet", ["layout": "a4-24"]).status == 422)
                #expect(await admin.get("/bags/api/v1/personal-data").status == 200)
                #expect(await admin.get("/bags/api/v1/users/999/personal-data").status == 404)
                #expect(await admin.get("/bags/api/v1/exports/epcis.json").status == 422)
                #expect(try await places(app) == 0)
            }
        }
    }
}
