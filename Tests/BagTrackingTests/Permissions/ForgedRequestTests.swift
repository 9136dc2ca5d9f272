import Portico
import PorticoTesting
import Testing

@testable import BagTracking
@testable import PorticoHTTP

/// Requests that another site causes in the browser of somebody who is signed in: they carry the cookies, and nothing
/// that only this site's pages know.
@Suite struct ForgedRequestTests {
    private static let boundary = "----portico7d3f"

    /// What a browser sends along by itself.
    private static func cookies(of answer: TestAnswer) -> String {
        answer.response.headers.values("set-cookie").map { $0.prefix { $0 != ";" } }.joined(separator: "; ")
    }

    private static func path(_ route: Route, _ mount: Mount) -> String {
        var path = mount.prefix + route.path
        for name in route.pathNames {
            path.replace("{\(name)}", with: ["id", "finding_id", "delivery"].contains(name) ? "1" : "SB99999")
        }
        return path
    }

    /// A body of the kind that the route takes.
    /// - Parameter token: stands in forms under the name of the token; nil for none.
    private static func body(_ route: Route, token: String?) -> (type: String, text: String) {
        if route.upload != nil {
            let parts = [("kind", "packing"), ("area_code", "lucknow")] + (token.map { [("_csrf", $0)] } ?? [])
            let fields = parts.map {
                "--\(boundary)\r\ncontent-disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n"
            }
            let file = "content-disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\n\r\n5000001\r\nSB60001"
            return (
                "multipart/form-data; boundary=\(boundary)",
                "\(fields.joined())--\(boundary)\r\n\(file)\r\n--\(boundary)--\r\n"
            )
        }
        guard route.format == .page else { return ("application/json", "{}") }
        return ("application/x-www-form-urlencoded", token.map { "reason=x&_csrf=\($0)" } ?? "reason=x")
    }

    private static func send(
        _ route: Route, _ app: AppHarness, _ cookies: String, token: String?, _ further: Headers = [:]
    ) async -> TestAnswer {
        let (type, text) = body(route, token: token)
        var headers: Headers = ["cookie": cookies, "content-type": type, "host": "portico.test"]
        if let token, route.format != .page { headers.add("x-csrf-token", token) }
        for field in further { headers.add(field.name, field.value) }
        let head = RequestHead(
            method: route.method, target: path(route, app.mount), headers: headers, peer: "192.0.2.10")
        return TestAnswer(await app.site.respond(to: Request(head: head, body: Array(text.utf8))))
    }

    private static func isRefused(_ answer: TestAnswer, _ route: Route) -> Bool {
        guard answer.status == 403 else { return false }
        return route.format == .page
            ? answer.text.contains("This form is too old or came from another site.")
            : answer.problemCode == "csrf_failed"
    }

    @Test("no route that changes something takes a session's cookie alone", arguments: [nil, "made-up"])
    func everyRoute(token: String?) async throws {
        try await withApp { app in
            let signIn = try await TestClient(app.site).signIn("admin@bags.demo", AppHarness.password, at: "/bags")
            let cookies = ForgedRequestTests.cookies(of: signIn)
            let routes = app.mount.routes.filter { !$0.method.isSafe }
            #expect(routes.count > 90)
            #expect(routes.count { $0.upload != nil } == 2)
            for route in routes {
                let answer = await ForgedRequestTests.send(route, app, cookies, token: token)
                #expect(
                    ForgedRequestTests.isRefused(answer, route),
                    "\(route.method) \(route.path): \(answer.status) \(answer.text.prefix(200))")
            }
            // The session is still there, and nothing was kept.
            let head = RequestHead(
                method: .get, target: "/bags/api/v1/session", headers: ["cookie": cookies], peer: "192.0.2.10")
            #expect(await app.site.respond(to: Request(head: head)).status == .ok)
            let files = try await app.database.read {
                try $0.scalar("test.files", "SELECT count(*) FROM import_files", as: Int.self)
            }
            #expect(files == 0)
        }
    }

    @Test("nor does one with the right token, where the browser says that another site sent it")
    func otherSites() async throws {
        try await withApp { app in
            let signIn = try await TestClient(app.site).signIn("admin@bags.demo", AppHarness.password, at: "/bags")
            let cookies = ForgedRequestTests.cookies(of: signIn)
            let token = try #require(signIn.json["csrf_token"]?.string)
            for route in app.mount.routes where !route.method.isSafe {
                let answer = await ForgedRequestTests.send(
                    route, app, cookies, token: token, ["sec-fetch-site": "cross-site"])
                #expect(ForgedRequestTests.isRefused(answer, route), "\(route.method) \(route.path): \(answer.status)")
            }
        }
    }

    @Test("forms of people who are not signed in need the token of their visit")
    func visitors() async throws {
        try await withApp { app in
            let routes = app.mount.routes.filter {
                !$0.method.isSafe && $0.format == .page && $0.access == .anonymous
            }
            #expect(!routes.isEmpty)
            for route in routes {
                let answer = await ForgedRequestTests.send(route, app, "", token: "made-up")
                #expect(ForgedRequestTests.isRefused(answer, route), "\(route.method) \(route.path): \(answer.status)")
            }
        }
    }
}
