import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// For how long people stay signed in, and how often at a time, is the operator's to say.
@Suite struct StayingSignedInTests {
    private static let session = "/bags/api/v1/session"

    private static func keep(_ app: AppHarness) async -> (client: TestClient, answer: TestAnswer) {
        let client = app.stranger()
        let answer = await client.post(
            session,
            ["email": "biller@bags.demo", "password": .string(AppHarness.password), "remember": true])
        return (client, answer)
    }

    private static func maxAge(_ answer: TestAnswer) -> String? {
        let cookie = answer.response.headers.values("set-cookie").first { $0.hasPrefix("bags_session=") }
        return cookie?.split(separator: "; ").first { $0.hasPrefix("Max-Age=") }.map(String.init)
    }

    @Test("people stay signed in for as many days as the settings say", arguments: TestEngine.available)
    func days(engine: TestEngine) async throws {
        try await withApp(on: engine, settings: [(key: "bags.remember_days", value: "60")]) { app in
            #expect(await app.stranger().get("/bags/sign-in").text.contains("For 60 days, used or not."))
            let (client, answer) = await Self.keep(app)
            #expect(answer.status == 201 && Self.maxAge(answer) == "Max-Age=5184000")
            app.clock.advance(by: .days(59))
            #expect(await client.get(Self.session).status == 200)
            app.clock.advance(by: .days(1))
            #expect(await client.get(Self.session).status == 401)
        }
    }

    @Test("nobody is offered to stay signed in where the setting is 0, and who asks gets a usual session")
    func none() async throws {
        try await withApp(settings: [(key: "bags.remember_days", value: "0")]) { app in
            #expect(await !app.stranger().get("/bags/sign-in").text.contains("name=\"remember\""))
            let (client, answer) = await Self.keep(app)
            #expect(answer.status == 201 && Self.maxAge(answer) == "Max-Age=2592000")
            app.clock.advance(by: .hours(12))
            #expect(await client.get(Self.session).status == 401)
        }
    }

    @Test("whoever signs in puts out who was signed in before, where the setting says so", arguments: [true, false])
    func single(isSingle: Bool) async throws {
        try await withApp(settings: [(key: "bags.single_session", value: "\(isSingle)")]) { app in
            let (first, admin) = (try await app.client("biller"), try await app.client("admin"))
            let second = try await app.client("biller")
            #expect(await second.get(Self.session).status == 200)
            #expect(await first.get(Self.session).status == (isSingle ? 401 : 200))
            #expect(await admin.get(Self.session).status == 200)
            let audit = await admin.get("/bags/api/v1/audit?action=account.sessions_ended")
            #expect(audit.json["items"]?.elements?.count == (isSingle ? 1 : 0))
        }
    }
}
