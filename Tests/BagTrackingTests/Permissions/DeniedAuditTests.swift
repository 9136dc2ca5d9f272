import Portico
import PorticoTesting
import Testing

@testable import BagTracking

@Suite("Refusals in the audit (rule R44)")
struct DeniedAuditTests {
    private static let batch = "/bags/api/v1/scans/batch"

    private func denied(_ app: AppHarness) async throws -> [AuditRow] {
        try await app.writeDenied()
        return try await app.auditRows("access.denied")
    }

    @Test("a request that the role does not allow is written down with its method and path")
    func request() async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            let answer = await biller.get("/bags/api/v1/audit?limit=3")
            #expect(answer.status == 403)
            let rows = try await denied(app)
            #expect(rows.map(\.entity) == ["access GET /bags/api/v1/audit"])
            #expect(rows.first?.request == answer[header: "x-request-id"] && rows.first?.actor != nil)
        }
    }

    @Test(
        "R15: every item of a batch that is refused is written down as if sent alone", arguments: TestEngine.available)
    func items(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (gate, dispatcher) = (try await app.client("gatekeeper"), try await app.client("dispatcher"))
            let kinds = ["parent", "bill", "gate", "child"]
            let items = kinds.enumerated().map { number, kind -> JSONValue in
                [
                    "kind": .string(kind), "code": "SB00001", "parent": "SB00001", "bill_id": "9",
                    "client_scan_id": .string("client-000\(number)"),
                ]
            }
            let first = await gate.post(DeniedAuditTests.batch, ["items": .array(items)])
            #expect(first.json["results"]?.elements?.map { $0["status"]?.int64 } == [403, 403, 404, 403])
            let foreign: JSONValue = [
                "kind": "parent", "code": "SB00001", "area_code": "indore", "client_scan_id": "client-0009",
            ]
            let second = await dispatcher.post(DeniedAuditTests.batch, ["items": [foreign, foreign]])
            #expect(second.json["results"]?.elements?.map { $0["status"]?.int64 } == [403, 403])
            let rows = try await denied(app)
            #expect(rows.map(\.entity) == Array(repeating: "access POST \(DeniedAuditTests.batch)", count: 5))
            let requests = [first, second].map { $0[header: "x-request-id"] }
            #expect(rows.map(\.request) == [requests[0], requests[0], requests[0], requests[1], requests[1]])
        }
    }

    @Test("a refusal that a page shows in place of the station is written down too")
    func page() async throws {
        try await withApp { app in
            let dispatcher = try await app.client("dispatcher")
            let answer = await dispatcher.submit("/bags/scan", ["code": "SB00001", "area_code": "indore"])
            #expect(answer.status == 403)
            #expect(try await denied(app).map(\.entity) == ["access POST /bags/scan"])
        }
    }

    @Test("what is refused for another reason is not")
    func others() async throws {
        try await withApp { app in
            let dispatcher = try await app.client("dispatcher")
            #expect(await dispatcher.get("/bags/api/v1/bags/SB00099").status == 404)
            #expect(await app.stranger().get("/bags/api/v1/audit").status == 401)
            #expect(try await denied(app).isEmpty)
        }
    }
}
