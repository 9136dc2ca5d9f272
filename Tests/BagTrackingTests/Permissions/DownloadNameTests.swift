import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What files are called that people get (RFC 6266): a name of ours, whatever they send.
@Suite struct DownloadNameTests {
    /// No files to keep: a stream, a socket, a picture and a mail within a page, and what programs read.
    private static let others: Set<String> = [
        "stream", "socket", "labelDrawing", "serviceWorker", "openAPI", "tokenKeys", "mailMarkup", "packingManifest",
        "gateManifest", "stationIcon",
    ]
    /// What the browser shows, so that it is printed; it is kept under the same kind of name.
    private static let shown: Set<String> = ["printLabels", "submitLabels"]
    /// Stands wherever a request may name something.
    private static let foreign = "foreign%22.exe"
    private static let headers: Headers = [
        "content-disposition": "attachment; filename=\"foreign.exe\"", "x-filename": "foreign.exe",
        "slug": "foreign.exe",
    ]

    /// All routes whose answer is a file. A new route that speaks neither JSON nor pages is one.
    private static func files(_ mount: Mount) -> [Route] {
        mount.routes.filter { ($0.format == .raw && !others.contains($0.name)) || $0.name == "submitLabels" }
    }

    private static func path(_ route: Route, _ mount: Mount, _ value: (_ name: String) -> String) -> String {
        route.pathNames.reduce(into: mount.prefix + route.path) { path, name in
            path.replace("{\(name)}", with: value(name))
        }
    }

    /// Sends all that a route needs, and a name in all places where one could be looked for.
    private func call(_ route: Route, _ path: String, _ client: TestClient) async -> TestAnswer {
        let (name, headers) = (DownloadNameTests.foreign, DownloadNameTests.headers)
        let days = "from=2026-11-01T00:00:00Z&to=2026-11-30T00:00:00Z"
        let target = "\(path)?\(days)&filename=\(name)&file=\(name)&name=\(name)"
        switch route.name {
        case "submitLabels":
            return await client.submit(
                target, ["codes": "SB00001", "layout": "a4-8", "do": "print", "filename": name, "name": name])
        case "printLabels":
            return await client.post(
                target,
                ["codes": ["SB00001"], "layout": "a4-8", "filename": .string(name), "name": .string(name)], headers)
        default:
            return await client.get(target, headers)
        }
    }

    /// An import with a row that is wrong, of a file with a name that must not come back.
    private func importJob(_ hall: ImportHall) async throws -> String {
        let begun = await hall.send(
            Array("code\n12\n".utf8), ["kind": "packing", "area_code": "lucknow"], named: "foreign.exe")
        let job = try #require(begun.json["id"]?.string, "\(begun.text)")
        try await hall.work()
        return job
    }

    @Test("every file has one name, of letters, digits and hyphens, in which nothing stands that was sent")
    func everyFile() async throws {
        try await withApp { app in
            let hall = try await ImportHall(app)
            let job = try await importJob(hall)
            let person = try await hall.number("SELECT min(id) FROM accounts")
            let routes = DownloadNameTests.files(app.mount)
            #expect(routes.count >= 17)
            for route in routes {
                let id = route.path.hasPrefix("/api/v1/imports/") ? job : String(person)
                let path = DownloadNameTests.path(route, app.mount) { $0 == "kind" ? "packing" : id }
                let answer = await call(route, path, hall.admin)
                #expect(answer.status == 200, "\(route.name): \(answer.text.prefix(300))")
                let names = answer.response.headers.values("content-disposition")
                let kind = DownloadNameTests.shown.contains(route.name) ? "inline" : "attachment"
                #expect(names.count == 1 && names.allSatisfy { isOwn($0, kind) }, "\(route.name): \(names)")
                // Gives its place back to the next.
                _ = try await answer.whole()
            }
        }
    }

    /// Whether a field has a name that needs no quoting and nothing else.
    private func isOwn(_ field: String, _ kind: String) -> Bool {
        let match = field.wholeMatch(of: /([a-z]+); filename="[A-Za-z0-9_-]+\.[a-z]+"/)
        return match.map { String($0.1) } == kind && !field.contains("foreign")
    }

    @Test("what a path says is no name of a file: it names what there is, or nothing is sent")
    func paths() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            for route in DownloadNameTests.files(app.mount) where !route.pathNames.isEmpty {
                for name in ["foreign.exe", DownloadNameTests.foreign, "..%2Fforeign.exe"] {
                    let answer = await admin.get(DownloadNameTests.path(route, app.mount) { _ in name })
                    #expect((400..<500).contains(answer.status), "\(route.name) \(name): \(answer.status)")
                    #expect(answer[header: "content-disposition"] == nil, "\(route.name) \(name)")
                }
            }
        }
    }

    @Test("no other answer to a GET is a file with a name")
    func noOthers() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            let files = Set(DownloadNameTests.files(app.mount).map(\.name))
            for route in app.mount.routes where route.method == .get && !files.contains(route.name) {
                // Its answer does not end.
                guard route.name != "stream" else { continue }
                let path = DownloadNameTests.path(route, app.mount) { $0 == "code" ? "SB00001" : "1" }
                let answer = await call(route, path, admin)
                #expect(answer[header: "content-disposition"] == nil, "\(route.name)")
            }
        }
    }
}
