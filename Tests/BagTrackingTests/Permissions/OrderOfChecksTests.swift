import Portico
import PorticoTesting
import Testing

@testable import BagTracking
@testable import PorticoHTTP

/// Who may not know of a thing is told 404 before anything is said about the rest of a request.
@Suite struct OrderOfChecksTests {
    /// Routes whose path names nothing that is kept: any code can be drawn, templates are kinds.
    private static let others: Set<String> = ["labelDrawing", "importTemplate"]

    /// Something that is wrong for every field of its body.
    private static func wrongBody(_ route: Route) -> JSONValue {
        .object(
            route.fields.filter { $0.place == .body }.map { (key: $0.name, value: ["not", "this"] as JSONValue) }
                + [(key: "zzz", value: .null)])
    }

    private static func path(_ route: Route, _ mount: Mount, id: String = "999999", code: String = "SB99999") -> String
    {
        var path = mount.prefix + route.path
        for name in route.pathNames {
            path.replace("{\(name)}", with: ["id", "finding_id", "delivery"].contains(name) ? id : code)
        }
        let query = route.fields.filter { $0.place == .query }.map { "\($0.name)=zzz" }
        return query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))"
    }

    private static func send(_ client: TestClient, _ route: Route, _ path: String, _ body: [UInt8]) async -> TestAnswer
    {
        let type = route.format == .page ? "application/x-www-form-urlencoded" : "application/json"
        return await client.send(
            route.method, path, route.method.isSafe ? [:] : ["content-type": type],
            body: route.method.isSafe ? [] : body)
    }

    @Test("what nobody has is unknown, whatever is wrong with the request", arguments: TestEngine.available)
    func unknown(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let routes = app.mount.routes.filter { route in
                !route.pathNames.isEmpty && route.access != .anonymous
                    && !OrderOfChecksTests.others.contains(route.name)
            }
            #expect(routes.count > 50)
            for route in routes {
                let path = OrderOfChecksTests.path(route, app.mount)
                let bodies =
                    route.format == .page
                    ? [Array("reason=%20&zzz=1".utf8)]
                    : [OrderOfChecksTests.wrongBody(route).bytes, Array("{\"code\":".utf8)]
                for body in bodies {
                    let answer = await OrderOfChecksTests.send(admin, route, path, body)
                    #expect(
                        answer.status == 404, "\(route.method) \(path): \(answer.status) \(answer.text.prefix(300))")
                    guard route.format == .json, let code = answer.problemCode, code != "not_found" else { continue }
                    #expect(
                        route.refusals.contains { $0.status == 404 && $0.code == code },
                        "\(route.name) does not declare \(code)")
                }
            }
        }
    }

    @Test("R9 another area's bill is as unknown to the gate as one nobody has", arguments: TestEngine.available)
    func foreign(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (biller, gate) = (try await app.client("biller"), try await app.client("gatekeeper"))
            let bills = try await ["indore", "lucknow"].asyncMap { area in
                let made = await biller.post(
                    "/bags/api/v1/bills",
                    ["code": .string("Bill of \(area)"), "capacity": 5, "area_code": .string(area)])
                return try #require(made.json["id"]?.string)
            }
            let routes = app.mount.routes.filter {
                $0.access == .permission("gate.check") && $0.pathNames == ["id"] && $0.method == .post
                    && $0.format == .json
            }
            #expect(routes.count == 4)
            for route in routes {
                let body = OrderOfChecksTests.wrongBody(route)
                let answers = await [bills[0], bills[1], "999999"].asyncMap { id in
                    await gate.send(
                        .post, OrderOfChecksTests.path(route, app.mount, id: id),
                        ["content-type": "application/json"], body: body.bytes)
                }
                #expect(answers[0].status == 404 && answers[0].problemCode == "bill_not_found", "\(route.name)")
                #expect(answers[0].json["detail"] == answers[2].json["detail"])
                let isShapeless = route.fields.allSatisfy { $0.place == .path }
                #expect(answers[1].status == (isShapeless ? 409 : 422), "\(route.name): \(answers[1].text)")
            }
        }
    }

    @Test("permission comes before what is wrong with a body, and a finding is not resolved by silence")
    func permission() async throws {
        try await withApp { app in
            let (biller, admin) = (try await app.client("biller"), try await app.client("admin"))
            let json: Headers = ["content-type": "application/json"]
            let resolve = "/bags/api/v1/bills/1/gate-check/findings/1/resolve"
            #expect(await biller.send(.post, resolve, json, body: Array("{".utf8)).status == 403)
            #expect(await admin.send(.post, resolve, json, body: Array("{".utf8)).problemCode == "bill_not_found")
            let route = try #require(app.mount.routes.first { $0.name == "resolveFinding" })
            #expect(route.fields.contains { $0.name == "resolution" && $0.isRequired })
            #expect(await admin.send(.post, "/bags/api/v1/bills", json, body: Array("{".utf8)).status == 400)
            #expect(
                await admin.send(.post, "/bags/api/v1/bills", ["content-type": "text/csv"], body: Array("a".utf8))
                    .status
                    == 415)
        }
    }
}

extension Sequence {
    /// One after the other.
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
