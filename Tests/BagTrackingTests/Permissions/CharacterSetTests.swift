import Portico
import PorticoTesting
import Testing

@testable import BagTracking
@testable import PorticoHTTP

/// Whoever gets text is told how its characters are coded, so that nobody has to guess.
@Suite struct CharacterSetTests {
    private static func path(_ route: Route, _ mount: Mount) -> String {
        var path = mount.prefix + route.path
        for name in route.pathNames {
            path.replace("{\(name)}", with: name == "kind" ? "packing" : name == "code" ? "SB00001" : "1")
        }
        return route.fields.contains { $0.place == .query && $0.name == "topics" } ? "\(path)?topics=stats" : path
    }

    @Test("every answer that is text, a page or a drawing says UTF-8, on every route")
    func everyRoute() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            _ = await admin.post("/bags/api/v1/scans/parent", ["code": "SB00001"])
            var seen: Set<String> = []
            for route in app.mount.routes where route.method == .get {
                let answer = await admin.get(CharacterSetTests.path(route, app.mount))
                let type = answer[header: "content-type"] ?? ""
                let essence = String(type.prefix { $0 != ";" })
                guard essence.hasPrefix("text/") || essence.hasSuffix("+xml") || essence.hasSuffix("/xml") else {
                    continue
                }
                #expect(type == "\(essence); charset=utf-8", "\(route.path): \(type)")
                if answer.status == 200 { seen.insert(essence) }
            }
            let expected = ["text/html", "text/csv", "text/event-stream", "text/javascript", "image/svg+xml"]
            #expect(seen.isSuperset(of: expected), "\(seen)")
        }
    }
}
