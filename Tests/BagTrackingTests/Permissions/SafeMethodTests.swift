import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico
@testable import PorticoHTTP

/// What GET may do: tell, and nothing else (RFC 9110 §9.2.1).
@Suite struct SafeMethodTests {
    /// Whoever takes data away is written down, and a large file takes one of a few places until it is sent.
    private static func mayChange(_ route: Route) -> Set<String> {
        switch route.name {
        case "exportOwnData", "exportUserData": ["audit_rows"]
        case "listImportErrors", "importErrorsCSV": ["export_places"]
        case let name where name.hasPrefix("export"): ["audit_rows", "export_places"]
        default: []
        }
    }
    /// The same for everybody, so that caches between may keep them.
    private static let forEverybody: Set<String> = [
        "openAPI", "serviceWorker", "tokenKeys", "packingManifest", "gateManifest", "stationIcon",
    ]

    /// All but the stream of live updates, whose answer does not end.
    private static func routes(_ mount: Mount) -> [Route] {
        mount.routes.filter { $0.method == .get && $0.name != "stream" }
    }

    private static func path(_ route: Route, _ mount: Mount) -> String {
        let values = ["code": "SB00001", "kind": "obj", "key": "SB00001", "number": "1", "file": "x.css"]
        return route.pathNames.reduce(into: mount.prefix + route.path) { path, name in
            path.replace("{\(name)}", with: values[name] ?? "1")
        }
    }

    /// A sum of every table's rows.
    private static func digests(_ database: Database) async throws -> [String: TableDigest] {
        try await database.read { reading in
            let tables = try TableShape.all(in: reading)
            return try Dictionary(uniqueKeysWithValues: tables.map { ($0.name, try TableDigest.of($0, in: reading)) })
        }
    }

    /// A sack with a bag on a bill, so that there is something to tell.
    private static func pack(_ client: TestClient) async {
        let api = "/bags/api/v1"
        _ = await client.post("\(api)/scans/parent", ["code": "SB00001", "area_code": "lucknow"])
        _ = await client.post("\(api)/scans/child", ["parent": "SB00001", "code": "1234567"])
        _ = await client.post("\(api)/bills", ["code": "LKO 1", "capacity": 5, "area_code": "lucknow"])
        _ = await client.post("\(api)/bills/1/parents", ["code": "SB00001"])
    }

    @Test(
        "no GET route changes a row of any table, but what is written down of who took data away",
        arguments: TestEngine.available)
    func changesNothing(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let client = try await app.client("admin")
            await SafeMethodTests.pack(client)
            var before = try await SafeMethodTests.digests(app.database)
            #expect(before["bags"]?.rows == 2 && before["bills"]?.rows == 1)
            let routes = SafeMethodTests.routes(app.mount)
            #expect(routes.count > 60)
            for route in routes {
                let answer = await client.get(SafeMethodTests.path(route, app.mount))
                #expect(answer.status < 500, "\(route.name): \(answer.text.prefix(200))")
                let after = try await SafeMethodTests.digests(app.database)
                let changed = Set(after.filter { before[$0.key] != $0.value }.keys)
                #expect(
                    changed.isSubset(of: SafeMethodTests.mayChange(route)), "\(route.name) changed \(changed)")
                before = after
            }
        }
    }

    @Test("no cache between may keep what somebody who is signed in is told")
    func keptApart() async throws {
        try await withApp { app in
            let client = try await app.client("admin")
            await SafeMethodTests.pack(client)
            for route in SafeMethodTests.routes(app.mount) {
                let answer = await client.get(SafeMethodTests.path(route, app.mount))
                let words = answer[header: "cache-control"] ?? ""
                let isPrivate = words.contains("private") || words.contains("no-store")
                #expect(isPrivate != SafeMethodTests.forEverybody.contains(route.name), "\(route.name): \(words)")
            }
        }
    }
}
