import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What the API refuses is what its contract says it may refuse.
@Suite struct RefusalContractTests {
    /// A request: whose, what, and what comes of it (a code of refusal; nil where it works).
    private struct Step: Sendable {
        let person: String
        let method: HTTPMethod
        let path: String
        let body: JSONValue
        let code: String?

        init(
            _ method: HTTPMethod, _ path: String, _ body: JSONValue = .object([]), _ code: String? = nil,
            by person: String = "admin"
        ) {
            (self.method, self.path, self.body, self.code, self.person) = (method, path, body, code, person)
        }
    }

    /// Three sacks with a bag each, two of them on bill 1; a fourth in another area, a fifth retired, a sixth empty.
    private static let hall: [Step] = [
        Step(.post, "scans/parent", ["code": "SB00001", "area_code": "lucknow"]),
        Step(.post, "scans/parent", ["code": "SB00002", "area_code": "lucknow"]),
        Step(.post, "scans/parent", ["code": "SB00003", "area_code": "lucknow"]),
        Step(.post, "scans/parent", ["code": "SB00004", "area_code": "indore"]),
        Step(.post, "scans/parent", ["code": "SB00005", "area_code": "lucknow"]),
        Step(.post, "scans/parent", ["code": "SB00006", "area_code": "lucknow"]),
        Step(.post, "scans/child", ["parent": "SB00001", "code": "1000001", "client_scan_id": "refused-0001"]),
        Step(.post, "scans/child", ["parent": "SB00002", "code": "1000002"]),
        Step(.post, "scans/child", ["parent": "SB00003", "code": "1000003"]),
        Step(.post, "scans/child", ["parent": "SB00004", "code": "1000004"]),
        Step(.delete, "bags/SB00005"),
        Step(.post, "bills", ["code": "One", "capacity": 2, "area_code": "lucknow"]),
        Step(.post, "bills", ["code": "Two", "capacity": 5, "area_code": "lucknow"]),
        Step(.post, "bills/1/parents", ["code": "SB00001"]),
        Step(.post, "bills/1/parents", ["code": "SB00002"]),
        Step(.post, "returns", ["area_code": "lucknow", "location": "Depot gate"]),
    ]

    private static let freeSSCC: JSONValue = "000000000000000000"

    private static let packing: [Step] = [
        Step(.post, "scans/parent", ["code": "SB12"], "invalid_parent_code"),
        Step(.post, "scans/parent", ["code": "SB00005"], "bag_retired"),
        Step(.post, "scans/parent", ["code": freeSSCC], "sscc_not_assigned"),
        Step(.post, "scans/parent", ["code": "000000000000000001"], "invalid_sscc"),
        Step(.post, "scans/parent", ["code": .string(String(repeating: "A", count: 201))], "too_long"),
        Step(.post, "scans/parent", ["code": "SB00001"], "other_area", by: "dispatcher.indore"),
        Step(.post, "scans/child", ["parent": "SB99999", "code": "1000009"], "parent_not_found"),
        Step(.post, "scans/child", ["parent": freeSSCC, "code": "1000009"], "sscc_not_assigned"),
        Step(.post, "scans/child", ["parent": "SB00003", "code": "SB00001"], "wrong_kind"),
        Step(.post, "scans/child", ["parent": "SB00003", "code": "SB1"], "looks_like_parent"),
        Step(.post, "scans/child", ["parent": "SB00003", "code": "??"], "invalid_child_code"),
        Step(.post, "scans/child", ["parent": "SB00003", "code": "1000002"], "linked_elsewhere"),
        Step(.post, "scans/child", ["parent": "SB00001", "code": "1000009"], "parent_billed"),
        Step(.post, "scans/child", ["parent": "SB00005", "code": "1000009"], "bag_retired"),
        Step(
            .post, "scans/child", ["parent": "SB00003", "code": "1000008", "client_scan_id": "refused-0001"],
            "client_scan_id_reused"),
        Step(.post, "scans/999999/undo", .object([]), "scan_not_found"),
        Step(.post, "scans/1/undo", .object([]), "not_undoable"),
        Step(.post, "scans/7/undo", .object([]), "parent_billed"),
        Step(.post, "scans/7/undo", .object([]), "forbidden", by: "dispatcher"),
        Step(.get, "resolve?code=SB77777", .null, "unknown_code"),
        Step(.get, "bags/SB77777", .null, "bag_not_found"),
        Step(.get, "labels/%3F.svg", .null, "unknown_code"),
    ]

    private static let corrections: [Step] = [
        Step(.post, "bags/1000001/move", ["to_parent": "SB00003", "reason": "wrong"], "parent_billed"),
        Step(.post, "bags/1000003/move", ["to_parent": "SB00001", "reason": "wrong"], "parent_billed"),
        Step(.post, "bags/1000003/move", ["to_parent": "SB00005", "reason": "wrong"], "bag_retired"),
        Step(.post, "bags/1000003/move", ["to_parent": "SB99999", "reason": "wrong"], "parent_not_found"),
        Step(.post, "bags/1000003/move", ["to_parent": freeSSCC, "reason": "wrong"], "sscc_not_assigned"),
        Step(.post, "bags/1000003/move", ["to_parent": "SB1", "reason": "wrong"], "invalid_parent_code"),
        Step(.post, "bags/1000003/move", ["to_parent": "000000000000000001", "reason": "wrong"], "invalid_sscc"),
        Step(.post, "bags/SB00003/move", ["to_parent": "SB00006", "reason": "wrong"], "wrong_kind"),
        Step(.post, "bags/SB00003/unlink", ["reason": "wrong"], "wrong_kind"),
        Step(.post, "bags/1000003/empty", ["reason": "wrong"], "invalid_parent_code"),
        Step(.post, "bags/1000003/sscc", .object([]), "invalid_parent_code"),
        Step(.delete, "bags/1000003/sscc", .null, "invalid_parent_code"),
        Step(.delete, "bags/1000003/hold", .null, "invalid_parent_code"),
        Step(.put, "bags/1000003/hold", ["reason": "wrong"], "invalid_parent_code"),
        Step(.post, "bags/1000001/unlink", ["reason": "wrong"], "parent_billed"),
        Step(.post, "bags/SB00001/empty", ["reason": "wrong"], "parent_billed"),
        Step(.post, "bags/SB00005/empty", ["reason": "wrong"], "bag_retired"),
        Step(.post, "bags/SB00003/sscc", ["sscc": "000000000000000001"], "invalid_sscc"),
        Step(.delete, "bags/SB00003/sscc", .null, "sscc_not_assigned"),
        Step(.post, "bags/SB00003/sscc", ["sscc": freeSSCC]),
        Step(.post, "bags/SB00006/sscc", ["sscc": freeSSCC], "sscc_in_use"),
        Step(.delete, "bags/SB00003/sscc", .null),
        Step(.post, "bags/SB00006/sscc", ["sscc": freeSSCC], "sscc_recently_used"),
        Step(.put, "bags/SB00005/hold", ["reason": "seams"], "bag_retired"),
        Step(.put, "bags/SB00003/hold", ["reason": "seams"]),
        Step(.delete, "bags/SB00001", .null, "bag_billed"),
        Step(.delete, "bags/1000003", .null, "bag_linked"),
        Step(.delete, "bags/SB00003", .null, "has_children"),
    ]

    private static let loading: [Step] = [
        Step(.post, "bills", ["code": "one", "capacity": 5, "area_code": "lucknow"], "bill_code_taken"),
        Step(.patch, "bills/1", ["capacity": 1], "capacity_below_linked"),
        Step(.post, "bills/2/complete", .object([]), "bill_empty"),
        Step(.post, "bills/2/reopen", ["reason": "none"], "invalid_state"),
        Step(.post, "bills/2/deliver", ["received_by": "R. K."], "invalid_state"),
        Step(.post, "bills/2/gate-check", .object([]), "invalid_state"),
        Step(.post, "bills/2/gate-check/abandon", ["reason": "none"], "invalid_state"),
        Step(.post, "bills/2/parents", ["code": "SB00001"], "billed_elsewhere"),
        Step(.post, "bills/2/parents", ["code": "SB00003"], "on_hold"),
        Step(.post, "bills/2/parents", ["code": "SB00004"], "other_area"),
        Step(.post, "bills/2/parents", ["code": "SB00005"], "bag_retired"),
        Step(.post, "bills/2/parents", ["code": "SB00006"], "parent_empty"),
        Step(.post, "bills/2/parents", ["code": "SB99999"], "parent_not_found"),
        Step(.post, "bills/2/parents", ["code": freeSSCC], "sscc_not_assigned"),
        Step(.delete, "bills/2/parents/SB00001", .null, "parent_not_found"),
        Step(.delete, "bags/SB00003/hold", .null),
        Step(.post, "bills/1/parents", ["code": "SB00003"], "capacity_reached"),
        Step(.post, "bills/2/parents", ["code": "SB00003"]),
        Step(.post, "bills/2/complete", .object([]), "below_capacity"),
        Step(.post, "bills/1/complete"),
        Step(.patch, "bills/1", ["description": "late"], "bill_not_open"),
        Step(.post, "bills/1/parents", ["code": "SB00006"], "bill_not_open"),
        Step(.delete, "bills/1/parents/SB00001", .null, "bill_not_open"),
        Step(.post, "bills/1/gate-check"),
        Step(.post, "bills/1/gate-check", .object([]), "gate_check_running"),
        Step(.post, "bills/1/cancel", ["reason": "late"], "invalid_state"),
        Step(.post, "bills/1/gate-check/scans", ["code": "SB99999"], "parent_not_found"),
        Step(.post, "bills/1/gate-check/scans", ["code": "SB1"], "invalid_parent_code"),
        Step(.post, "bills/1/gate-check/scans", ["code": "SB00003"], "not_on_bill"),
        Step(
            .post, "bills/1/dispatch", ["vehicle_number": "UP32AB1234", "driver_name": "Ram"],
            "gate_check_incomplete"),
        Step(.post, "bills/1/gate-check/scans", ["code": "SB00001"]),
        Step(.post, "bills/1/gate-check/scans", ["code": "SB00002"]),
        Step(
            .post, "bills/1/dispatch", ["vehicle_number": "UP32AB1234", "driver_name": "Ram"], "unresolved_findings"),
        Step(
            .post, "bills/1/gate-check/findings/999/resolve", ["resolution": "unloaded"], "finding_not_found"),
    ]

    private static let office: [Step] = [
        Step(.post, "returns/1/commit", .object([]), "ticket_empty"),
        Step(.post, "returns/1/scans", ["code": "SB00006"], "not_billed"),
        Step(.post, "returns/1/scans", ["code": "SB00001"], "not_dispatched"),
        Step(.post, "returns/1/scans", ["code": "SB00005"], "not_billed"),
        Step(.post, "returns/1/scans", ["code": "SB99999"], "parent_not_found"),
        Step(.post, "returns/1/cancel"),
        Step(.post, "returns/1/scans", ["code": "SB00001"], "ticket_not_open"),
        Step(.post, "returns/1/commit", .object([]), "ticket_not_open"),
        Step(.post, "returns/1/cancel", .object([]), "ticket_not_open"),
        Step(.get, "returns/999999", .null, "ticket_not_found"),
        Step(.get, "jobs/999999", .null, "job_not_found"),
        Step(.get, "stats?area_code=nowhere", .null, "area_not_found"),
        Step(.post, "summaries/daily/send", ["date": "2026-11-21"], "day_not_over"),
        Step(.post, "areas", ["code": "lucknow", "name": "Lucknow"], "code_taken"),
        Step(
            .post, "product-types",
            [
                "code": "other", "name": "Other", "prefix": "SB1", "digits": 4, "capacity": 20,
                "unit_weight_grams": 2000,
            ], "pattern_overlap"),
        Step(.patch, "product-types/mustard", ["capacity": 20], "product_type_fixed"),
        Step(
            .post, "users",
            ["email": "biller@bags.demo", "name": "New", "role": "biller", "password": "Portico-demo-1!"],
            "email_taken"),
        Step(.delete, "users/5", .null, "own_account"),
        Step(.delete, "users/5/sessions", .null, "own_account"),
        Step(.delete, "users/5/second-factor", .null, "own_account"),
        Step(.delete, "users/4/second-factor", .null, "no_second_factor"),
        Step(.post, "operations/jobs/999999/replay", .object([]), "job_not_found"),
        Step(.post, "operations/mails/999999/send", .object([]), "mail_not_found"),
        Step(.get, "operations/mails?cursor=AAAA", .null, "invalid_cursor"),
        Step(.post, "operations/suppressions", ["address": "gone@example.org", "reason": "Gone"]),
        Step(
            .post, "operations/suppressions", ["address": "gone@example.org", "reason": "Gone"], "already_suppressed"),
        Step(.delete, "operations/suppressions/nobody@example.org", .null, "suppression_not_found"),
        Step(.post, "operations/workflows/999999/cancel", .object([]), "workflow_not_found"),
    ]

    @Test("R24 R25 each refusal of the rules has its code, and the contract of its route names it")
    func refusals() async throws {
        try await withApp { app in
            let contract = Contract(await app.stranger().get("/bags/openapi.json").json)
            var clients: [String: TestClient] = [:]
            for step in RefusalContractTests.hall + RefusalContractTests.packing + RefusalContractTests.corrections
                + RefusalContractTests.loading
                + RefusalContractTests.office
            {
                let client = try await client(step.person, &clients, app)
                let path = "/bags/api/v1/\(step.path)"
                let answer = await client.send(
                    step.method, path, ["content-type": "application/json"],
                    body: step.method.isSafe ? [] : step.body.bytes)
                let name = "\(step.method) \(step.path)"
                #expect(answer.problemCode == step.code, "\(name): \(answer.status) \(answer.text)")
                guard let code = answer.problemCode else { continue }
                #expect(answer[header: "content-type"] == "application/problem+json", "\(name)")
                #expect(
                    contract.names(step.method, path, answer.status, code),
                    "\(name) gives \(answer.status) \(code), of which the contract says nothing")
            }
        }
    }

    @Test("nonsense is refused on every route in a way that its contract names", arguments: ["admin", "gatekeeper"])
    func nonsense(person: String) async throws {
        try await withApp { app in
            let contract = Contract(await app.stranger().get("/bags/openapi.json").json)
            let client = try await app.client(person)
            let endings = ["signOut", "revokeTokens", "endOtherSessions"]
            for route in app.mount.routes where route.format == .json && !endings.contains(route.name) {
                let fields = route.fields.filter { $0.place == .query }.map { "\($0.name)=%3F" }
                let path = "/bags\(route.path)"
                for body in ["{", "[]", #"{"code":7,"reason":[],"items":{}}"#] {
                    let answer = await client.send(
                        route.method, "\(path)?\(fields.joined(separator: "&"))", ["content-type": "application/json"],
                        body: route.method.isSafe ? [] : Array(body.utf8))
                    guard let code = answer.problemCode else { continue }
                    #expect(answer.status < 500, "\(route.name): \(answer.text)")
                    #expect(
                        contract.names(route.method, path, answer.status, code),
                        "\(route.name) gives \(answer.status) \(code), of which the contract says nothing")
                }
            }
        }
    }

    @Test("who comes with nothing, or with a token that does not hold, is refused as the contract says")
    func strangers() async throws {
        try await withApp { app in
            let contract = Contract(await app.stranger().get("/bags/openapi.json").json)
            var refused: Set<String> = []
            let json: Headers = ["content-type": "application/json"]
            let wrong: Headers = ["content-type": "application/json", "authorization": "Bearer none"]
            let routes = app.mount.routes.filter { $0.format == .json }
            for route in routes {
                let path = "/bags\(route.path)"
                for headers in [json, wrong] {
                    let answer = await app.stranger().send(
                        route.method, path, headers, body: route.method.isSafe ? [] : Array("{}".utf8))
                    guard let code = answer.problemCode else { continue }
                    #expect(
                        contract.names(route.method, path, answer.status, code),
                        "\(route.name) gives \(answer.status) \(code), of which the contract says nothing")
                    if code == "invalid_token" { refused.insert(route.name) }
                }
            }
            let spared = Set(routes.map(\.name)).subtracting(refused)
            #expect(spared == ["signIn", "issueTokens", "refreshTokens"], "these give out new credentials")
        }
    }

    private func client(
        _ person: String, _ known: inout [String: TestClient], _ app: AppHarness
    ) async throws -> TestClient {
        if let client = known[person] { return client }
        let client = try await app.client(person)
        known[person] = client
        return client
    }
}

/// The refusals that a published contract names.
private struct Contract {
    private let operations: [(method: String, segments: [Substring], refusals: [Int: [String]])]

    init(_ document: JSONValue) {
        operations = (document["paths"]?.members ?? []).flatMap { path in
            (path.value.members ?? []).map { operation in
                let refusals = (operation.value["responses"]?.members ?? []).compactMap { answer in
                    Int(answer.key).flatMap { status in
                        answer.value["description"]?.string.map { (status, $0.split(separator: ", ").map(String.init)) }
                    }
                }
                return (
                    operation.key.uppercased(), path.key.split(separator: "/"),
                    Dictionary(refusals) { first, _ in first }
                )
            }
        }
    }

    /// Whether the operation at this address may answer so.
    func names(_ method: HTTPMethod, _ path: String, _ status: Int, _ code: String) -> Bool {
        let segments = path.prefix { $0 != "?" }.split(separator: "/")
        let fitting = operations.filter { operation in
            operation.method == method.name && operation.segments.count == segments.count
                && zip(operation.segments, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
        // An address without parameters goes before one that takes any segment.
        let operation = fitting.min { first, second in
            first.segments.count { $0.hasPrefix("{") } < second.segments.count { $0.hasPrefix("{") }
        }
        return operation?.refusals[status]?.contains(code) == true
    }
}
