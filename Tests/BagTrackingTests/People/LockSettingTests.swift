import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// How often somebody may fail to sign in is the operator's to say.
@Suite struct LockSettingTests {
    private static func attempt(_ app: AppHarness, _ email: String, _ password: String) async -> TestAnswer {
        await app.stranger().post(
            "/bags/api/v1/session", ["email": .string(email), "password": .string(password)])
    }

    @Test(
        "addresses are locked after as many failures and for as long as the settings say",
        arguments: TestEngine.available)
    func addresses(engine: TestEngine) async throws {
        let settings = [(key: "bags.lock_failures", value: "3"), (key: "bags.lock_minutes", value: "2")]
        try await withApp(on: engine, settings: settings) { app in
            for _ in 0..<3 { #expect(await LockSettingTests.attempt(app, "biller@bags.demo", "wrong").status == 401) }
            let locked = await LockSettingTests.attempt(app, "biller@bags.demo", AppHarness.password)
            #expect(locked.status == 429 && locked.problemCode == "account_locked")
            #expect(locked[header: "retry-after"] == "120")
            #expect(await LockSettingTests.attempt(app, "admin@bags.demo", AppHarness.password).status == 201)
            app.clock.advance(by: .minutes(2))
            #expect(await LockSettingTests.attempt(app, "biller@bags.demo", AppHarness.password).status == 201)
        }
    }

    @Test("networks are locked after as many failures as the settings say")
    func networks() async throws {
        try await withApp(settings: [(key: "bags.lock_network_failures", value: "10")]) { app in
            for number in 0..<10 {
                let answer = await LockSettingTests.attempt(app, "nobody.\(number)@bags.demo", "wrong")
                #expect(answer.status == 401)
            }
            #expect(await LockSettingTests.attempt(app, "admin@bags.demo", AppHarness.password).status == 429)
        }
    }
}
