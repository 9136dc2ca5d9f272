import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What the routes declare and what they answer.
@Suite struct ContractTests {
    /// One call of a walk through the API.
    private struct Step {
        let route: String
        let method: HTTPMethod
        let path: String
        var body: JSONValue = .object([])
        var status = 200
    }

    private static let walk: [Step] = [
        Step(route: "currentSession", method: .get, path: "session"),
        Step(
            route: "scanParent", method: .post, path: "scans/parent",
            body: ["code": "SB00001", "area_code": "lucknow"],
            status: 201),
        Step(
            route: "scanParent", method: .post, path: "scans/parent", body: ["code": "SB00002", "area_code": "hisar"],
            status: 201),
        Step(route: "scanParent", method: .post, path: "scans/parent", body: ["code": "SB00001"]),
        Step(
            route: "scanChild", method: .post, path: "scans/child",
            body: ["parent": "SB00001", "code": "LABEL NO. 1234567 LOT NO. MUS/1 D.O.T. 01/02/2025"], status: 201),
        Step(route: "scanChild", method: .post, path: "scans/child", body: ["parent": "SB00001", "code": "1234567"]),
        Step(
            route: "scanChild", method: .post, path: "scans/child", body: ["parent": "SB00001", "code": "1234568"],
            status: 201),
        Step(
            route: "scanBatch", method: .post, path: "scans/batch",
            body: [
                "items": [
                    ["kind": "child", "code": "1234569", "parent": "SB00001", "client_scan_id": "walk-0001"],
                    ["kind": "child", "code": "??", "parent": "SB00001", "client_scan_id": "walk-0002"],
                ]
            ]),
        Step(route: "undoScan", method: .post, path: "scans/4/undo", body: ["reason": "torn"]),
        Step(
            route: "moveBag", method: .post, path: "bags/1234568/move",
            body: ["to_parent": "SB00002", "reason": "wrong sack"]),
        Step(route: "unlinkBag", method: .post, path: "bags/1234568/unlink", body: ["reason": "wrong sack"]),
        Step(route: "assignSSCC", method: .post, path: "bags/SB00001/sscc", status: 201),
        Step(route: "holdParent", method: .put, path: "bags/SB00001/hold", body: ["reason": "seams open"]),
        Step(route: "emptyParent", method: .post, path: "bags/SB00001/empty", body: ["reason": "wrong product"]),
        Step(route: "restoreBag", method: .post, path: "bags/1234568/restore"),
        Step(route: "restoreBag", method: .post, path: "bags/SB00001/restore"),
        Step(route: "listScans", method: .get, path: "scans?limit=5"),
        Step(route: "resolve", method: .get, path: "resolve?code=SB00001"),
        Step(route: "resolve", method: .get, path: "resolve?code=1234567"),
        Step(route: "listBags", method: .get, path: "bags?limit=3"),
        Step(route: "getBag", method: .get, path: "bags/SB00001"),
        Step(route: "getBag", method: .get, path: "bags/1234567"),
        Step(route: "listBagHistory", method: .get, path: "bags/1234568/history"),
        Step(route: "traceLot", method: .get, path: "trace?lot=mus/1"),
        Step(route: "traceLot", method: .get, path: "trace?lot=none"),
        Step(route: "getStats", method: .get, path: "stats"),
        Step(route: "verifyStats", method: .get, path: "stats/verify"),
        Step(
            route: "scanParent", method: .post, path: "scans/parent",
            body: ["code": "SB00003", "area_code": "lucknow"], status: 201),
        Step(
            route: "scanChild", method: .post, path: "scans/child", body: ["parent": "SB00003", "code": "1234570"],
            status: 201),
        Step(
            route: "createBill", method: .post, path: "bills",
            body: ["code": "LKO 1", "capacity": 2, "area_code": "lucknow", "consignee": "Kisan Seva Kendra"],
            status: 201),
        Step(route: "listBills", method: .get, path: "bills?q=lko"),
        Step(route: "changeBill", method: .patch, path: "bills/1", body: ["description": "First lorry"]),
        Step(
            route: "addBillParent", method: .post, path: "bills/1/parents", body: ["code": "SB00003"], status: 201),
        Step(route: "addBillParent", method: .post, path: "bills/1/parents", body: ["code": "SB00003"]),
        Step(route: "listBillParents", method: .get, path: "bills/1/parents"),
        Step(
            route: "completeBill", method: .post, path: "bills/1/complete", body: ["short_reason": "Lorry full"]),
        Step(route: "reopenBill", method: .post, path: "bills/1/reopen", body: ["reason": "One more sack"]),
        Step(
            route: "completeBill", method: .post, path: "bills/1/complete", body: ["short_reason": "Lorry full"]),
        Step(route: "startGateCheck", method: .post, path: "bills/1/gate-check", status: 201),
        Step(
            route: "abandonGateCheck", method: .post, path: "bills/1/gate-check/abandon",
            body: ["reason": "Rain at the gate"]),
        Step(route: "startGateCheck", method: .post, path: "bills/1/gate-check", status: 201),
        Step(
            route: "scanAtGate", method: .post, path: "bills/1/gate-check/scans", body: ["code": "SB00003"],
            status: 201),
        Step(route: "scanAtGate", method: .post, path: "bills/1/gate-check/scans", body: ["code": "SB00003"]),
        Step(route: "getBill", method: .get, path: "bills/1"),
        Step(
            route: "dispatchBill", method: .post, path: "bills/1/dispatch",
            body: ["vehicle_number": "UP 32 AB 1234", "driver_name": "Ram Kumar"]),
        Step(
            route: "deliverBill", method: .post, path: "bills/1/deliver",
            body: ["received_by": "R. K. Singh", "note": "All well"]),
        Step(route: "getBill", method: .get, path: "bills/1"),
        Step(route: "getBag", method: .get, path: "bags/SB00003"),
        Step(route: "resolve", method: .get, path: "resolve?code=lko%201"),
        Step(
            route: "createBill", method: .post, path: "bills",
            body: ["code": "LKO 2", "capacity": 2, "area_code": "lucknow"], status: 201),
        Step(route: "cancelBill", method: .post, path: "bills/2/cancel", body: ["reason": "No lorry"]),
        Step(route: "addArea", method: .post, path: "areas", body: ["code": "delhi", "name": "Delhi"], status: 201),
        Step(route: "getArea", method: .get, path: "areas/delhi"),
        Step(route: "changeArea", method: .patch, path: "areas/delhi", body: ["name": "New Delhi"]),
        Step(route: "listAreas", method: .get, path: "areas"),
        Step(
            route: "addProductType", method: .post, path: "product-types",
            body: [
                "code": "wheat", "name": "Wheat", "prefix": "WH", "digits": 6, "capacity": 20,
                "unit_weight_grams": 2000,
            ], status: 201),
        Step(route: "getProductType", method: .get, path: "product-types/wheat"),
        Step(route: "changeProductType", method: .patch, path: "product-types/wheat", body: ["is_active": false]),
        Step(route: "listProductTypes", method: .get, path: "product-types"),
        Step(
            route: "addUser", method: .post, path: "users",
            body: ["email": "new@bags.demo", "name": "New", "role": "dispatcher", "area_code": "delhi"], status: 201),
        Step(route: "getUser", method: .get, path: "users/2"),
        Step(route: "changeUser", method: .patch, path: "users/2", body: ["name": "Other"]),
        Step(route: "listUsers", method: .get, path: "users"),
        Step(route: "listAudit", method: .get, path: "audit"),
        Step(route: "verifyAudit", method: .get, path: "audit/verify"),
    ]

    @Test("every answer of a walk through the API is as its route declares", arguments: TestEngine.available)
    func answers(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let client = try await app.client("admin")
            for step in ContractTests.walk {
                let answer = await client.send(
                    step.method, "/bags/api/v1/\(step.path)", ["content-type": "application/json"],
                    body: step.method.isSafe ? [] : step.body.bytes)
                #expect(answer.status == step.status, "\(step.route): \(answer.text)")
                let route = try #require(app.mount.routes.first { $0.name == step.route })
                let declared = try #require(
                    route.answers.first { $0.status.code == answer.status },
                    "\(step.route) declares no \(answer.status)")
                guard let schema = declared.schema else { continue }
                let check = SchemaCheck(components: schema.components)
                // The application adds a member of its own to the platform's description of a person.
                let differences = check.differences(answer.json, from: schema.schema).filter {
                    $0 != "$.user.area_code: is not declared"
                }
                #expect(differences.isEmpty, "\(step.route): \(differences)")
            }
        }
    }

    @Test("the contract can be read without signing in and names every route of the API once")
    func document() async throws {
        try await withApp { app in
            let answer = await app.stranger().get("/bags/openapi.json")
            #expect(answer.status == 200)
            #expect(answer.json["openapi"] == "3.1.0")
            let operations = (answer.json["paths"]?.members ?? []).flatMap { $0.value.members ?? [] }
            let names = operations.compactMap { $0.value["operationId"]?.string }
            #expect(Set(names).count == names.count)
            let api = app.mount.routes.filter { $0.path.hasPrefix("/api/v1/") }.map(\.name)
            #expect(Set(api).isSubset(of: names))
            let tag = try #require(answer[header: "etag"])
            #expect(await app.stranger().get("/bags/openapi.json", ["if-none-match": tag]).status == 304)
        }
    }

    @Test("names of routes are unique, and every route but the open ones asks for a permission or an account")
    func declarations() async throws {
        try await withApp { app in
            let routes = app.mount.routes
            #expect(Set(routes.map(\.name)).count == routes.count)
            let open = Set(routes.filter { $0.access == .anonymous }.map(\.name))
            #expect(
                open == [
                    "signIn", "signInPage", "submitSignIn", "serviceWorker", "openAPI", "issueTokens", "refreshTokens",
                    "revokeTokens", "tokenKeys", "secondStepPage", "submitSecondStep", "requestPasswordReset",
                    "confirmPasswordReset", "passwordResetPage", "submitPasswordReset", "submitNewPassword",
                    "acceptInvitation", "invitationPage", "submitInvitation",
                ])
            let known = BagRole.admin.permissions
            for route in routes {
                switch route.access {
                case .permission(let name): #expect(known.contains(name), "\(route.name)")
                case .anyPermission(let names): #expect(known.isSuperset(of: names), "\(route.name)")
                default: break
                }
            }
        }
    }

    @Test("the service worker has a fixed address and is asked for anew each time")
    func serviceWorker() async throws {
        try await withApp { app in
            let answer = await app.stranger().get("/bags/sw.js")
            #expect(answer.status == 200)
            #expect(answer[header: "content-type"]?.hasPrefix("text/javascript") == true)
            #expect(answer[header: "cache-control"] == "no-cache")
        }
    }

    @Test("a company prefix that is none stops the start with one line", arguments: ["123", "12a4"])
    func wrongPrefix(prefix: String) async throws {
        try await withDatabase(on: .sqlite, components: Node.schema(of: BagTrackingApplication())) { database in
            let environment = try AppHarness.environment(
                database,
                settings: [
                    (key: "bags.gs1_company_prefix", value: prefix)
                ])
            await #expect(throws: BagSettingMistake.self) {
                _ = try await BagTrackingApplication().start(environment)
            }
        }
    }
}
