import Portico
import PorticoTesting
import Testing

@testable import BagTracking
@testable import PorticoHTTP

/// Every route against every role, by calling it.
@Suite struct PermissionTests {
    /// Which people stand for which role.
    private static let roles = ["dispatcher", "gatekeeper", "biller", "admin"]

    /// Routes whose call ends the session that the next call needs: they come last, each in a session of its own.
    private static let endings: Set<String> = ["signOut", "submitSignOut", "endAllSessions", "submitAllSessionsEnd"]

    @Test("nobody gets in without signing in: the API says so, pages lead to the sign-in page")
    func strangers() async throws {
        try await withApp { app in
            for route in app.mount.routes where route.access != .anonymous {
                let answer = await call(route, as: app.stranger(), in: app.mount)
                #expect(answer.status == (route.format == .page ? 303 : 401), "\(route.method) \(route.path)")
                if route.format == .page {
                    #expect(answer[header: "location"]?.hasPrefix("/bags/sign-in?next=") == true)
                } else {
                    #expect(answer.problemCode == "not_signed_in")
                }
            }
        }
    }

    @Test("what a role may not do is refused, and what it may do is not", arguments: roles)
    func refusals(role: String) async throws {
        try await withApp { app in
            let client = try await app.client(role)
            let cells = PermissionTable(of: app.mount).cells.filter { $0.role == role }
            #expect(cells.count == app.mount.routes.count)
            let calls = Array(zip(app.mount.routes, cells))
            let isLast = { (call: (route: Route, cell: PermissionTable.Cell)) in
                PermissionTests.endings.contains(call.route.name)
            }
            for (route, cell) in calls.filter({ !isLast($0) }) + calls.filter(isLast) {
                let client = isLast((route, cell)) ? try await app.client(role) : client
                let answer = await call(route, as: client, in: app.mount)
                let isRefused = answer.status == 403
                #expect(isRefused == !cell.isAllowed, "\(role): \(route.method) \(route.path) gave \(answer.status)")
                #expect(answer.status != 401, "\(role): \(route.method) \(route.path)")
                #expect(answer.status < 500, "\(role): \(route.method) \(route.path): \(answer.text)")
            }
        }
    }

    @Test("everybody may sign out")
    func signingOut() async throws {
        try await withApp { app in
            for role in PermissionTests.roles {
                let client = try await app.client(role)
                #expect(await client.delete("/bags/api/v1/session").status == 204)
                #expect(await client.get("/bags/api/v1/session").status == 401)
            }
        }
    }

    @Test("who is signed in tells the area and the permissions")
    func session() async throws {
        try await withApp { app in
            let dispatcher = await (try app.client("dispatcher")).get("/bags/api/v1/session").json["user"]
            #expect(dispatcher?["area_code"] == "lucknow")
            let names = dispatcher?["permissions"]?.elements?.compactMap(\.string) ?? []
            #expect(Set(names) == BagRole.dispatcher.permissions)
            let biller = await (try app.client("biller")).get("/bags/api/v1/session").json["user"]
            #expect(biller?["area_code"] == .null)
        }
    }

    @Test("a refusal of permission is written down, at most sixty a minute and person")
    func deniedAccess() async throws {
        try await withDatabase(on: .sqlite, components: Node.schema(of: BagTrackingApplication())) { database in
            let journal = DeniedJournal(database: database)
            let context = denied(at: AppHarness.start)
            for _ in 0..<70 { journal.note(context) }
            #expect(try await journal.write() == DeniedJournal.limit)
            journal.note(denied(at: AppHarness.start + .minutes(1)))
            #expect(try await journal.write() == 1)
            let row = try await database.read { reading in
                try reading.first(
                    "test.denied",
                    "SELECT action, entity_type, entity_id, actor_id FROM audit_rows ORDER BY seq LIMIT 1"
                ) { [try $0[0] as String, try $0[1] as String, try $0[2] as String, try String($0[3] as Int64)] }
            }
            #expect(row == ["access.denied", "access", "GET /bags/audit", "7"])
        }
    }

    private func denied(at now: Instant) -> RequestContext {
        let principal = Principal(
            accountID: 7, email: "x@bags.demo", name: "X", roles: ["biller"], permissions: [])
        let head = RequestHead(method: .get, target: "/bags/audit?x=1", headers: [:], peer: "192.0.2.1")
        return RequestContext(
            request: Request(head: head), requestID: "r", now: now, clientAddress: "192.0.2.1", principal: principal,
            mount: "/bags", assets: AssetLinks { $0 })
    }

    /// Calls a route with values that name nothing there is.
    private func call(_ route: Route, as client: TestClient, in mount: Mount) async -> TestAnswer {
        var path = mount.prefix + route.path
        for name in route.pathNames { path.replace("{\(name)}", with: name == "id" ? "999999" : "SB99999") }
        if route.format == .page, route.method == .post { return await client.submit(path, [:]) }
        switch route.method {
        case .post: return await client.post(path)
        case .put: return await client.put(path, .object([]))
        case .patch: return await client.patch(path, .object([]))
        case .delete: return await client.delete(path)
        default: return await client.get(path)
        }
    }
}
