import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What the routes declare and what they answer.
@Suite struct ContractTests {
    @Test("every answer of a walk through the API is as its route declares", arguments: TestEngine.available)
    func answers(engine: TestEngine) async throws {
        for call in try await ContractWalk.calls(on: engine) {
            let (step, answer) = (call.step, call.answer)
            #expect(answer.status == step.status, "\(step.route): \(answer.text)")
            let differences = call.differences
            #expect(differences.isEmpty, "\(step.route): \(differences)")
        }
    }

    @Test("the walk leaves no JSON route out")
    func everyRoute() async throws {
        try await withApp { app in
            let routes = app.mount.routes.filter { $0.format == .json }.map(\.name)
            let visited = Set(ContractWalk.steps.filter { $0.status < 300 }.map(\.route))
            #expect(routes.count > 120)
            let left = Set(routes).subtracting(visited).sorted()
            #expect(left.isEmpty, "no step calls \(left)")
        }
    }

    @Test("members that a route does not declare change nothing, on every route", arguments: TestEngine.available)
    func furtherMembers(engine: TestEngine) async throws {
        let plain = try await ContractWalk.calls(on: engine)
        let forged = try await ContractWalk.calls(on: engine, isForging: true)
        #expect(plain.count == forged.count)
        for (call, other) in zip(plain, forged) {
            let name = "\(call.step.method) \(call.step.path)"
            #expect(other.answer.status == call.answer.status, "\(name): \(other.answer.text)")
            #expect(other.lasting == call.lasting, "\(name)")
        }
    }

    @Test("what is added to a body is what its route does not declare, in the objects of its lists as well")
    func forging() async throws {
        try await withApp { app in
            let batch = try #require(app.mount.routes.first { $0.name == "scanBatch" })
            let body = ForgedMembers.added(to: ["items": [["kind": "child", "area_code": "lucknow"]]], of: batch)
            #expect(body["role"] == "admin" && body["area_code"] == "indore")
            let item = body["items"]?[0]
            #expect(item?["role"] == "admin" && item?["kind"] == "child" && item?["area_code"] == "lucknow")
            let change = try #require(app.mount.routes.first { $0.name == "changeUser" })
            let user = ForgedMembers.added(to: ["name": "Other"], of: change)
            #expect(user["id"] == "1" && user["is_active"] == false)
            #expect(user["role"] == nil && user["name"] == "Other")
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
                    "signIn", "signInPage", "submitSignIn", "serviceWorker", "packingManifest", "gateManifest",
                    "stationIcon", "openAPI", "issueTokens", "refreshTokens",
                    "revokeTokens", "tokenKeys", "secondStepPage", "submitSecondStep", "requestPasswordReset",
                    "confirmPasswordReset", "passwordResetPage", "submitPasswordReset", "submitNewPassword",
                    "acceptInvitation", "invitationPage", "submitInvitation", "requestSignInLink",
                    "confirmSignInLink", "signInLinkPage", "submitSignInLink", "submitSignInByLink",
                    "confirmEmailChange", "addressLinkPage", "submitAddressLink",
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
