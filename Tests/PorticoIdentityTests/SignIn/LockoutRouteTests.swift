import PorticoHTTP
import PorticoJSON
import PorticoTesting
import Testing

@testable import PorticoIdentity

@Suite struct LockoutRouteTests {
    @Test("says 429 with Retry-After to programs and to people", arguments: TestEngine.available)
    func answers(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let client = TestClient(try office.site())
            for _ in 0..<5 {
                let answer = await client.post(
                    "/bags/api/v1/session", ["email": "asha@example.org", "password": "wrong"])
                #expect(answer.status == 401)
            }
            let locked = await client.post(
                "/bags/api/v1/session", ["email": "asha@example.org", "password": .string(Office.password)])
            #expect(locked.status == 429 && locked.problemCode == "account_locked")
            #expect(locked[header: "retry-after"] == "900")
            #expect(locked[header: "set-cookie"] == nil)
            let form = await client.get("/bags/sign-in")
            let page = await client.submit(
                "/bags/sign-in", ["email": "asha@example.org", "password": Office.password], from: form)
            #expect(page.status == 429 && page[header: "retry-after"] == "900")
            #expect(page.text.contains("too many failed attempts"))
        }
    }
}
