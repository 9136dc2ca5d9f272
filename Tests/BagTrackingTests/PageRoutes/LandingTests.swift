import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Where people are after they have signed in.
@Suite struct LandingTests {
    private func arrival(_ name: String, next: String?, _ app: AppHarness) async -> String? {
        let client = app.stranger()
        let form = await client.get("/bags/sign-in" + (next.map { "?next=\($0)" } ?? ""))
        let answer = await client.submit(
            "/bags/sign-in",
            [
                "email": "\(name)@bags.demo", "password": AppHarness.password,
                "next": form.hiddenField("next") ?? "",
            ], from: form)
        #expect(answer.status == 303)
        return answer[header: "location"]
    }

    @Test(
        "a dispatcher is at the station, a gatekeeper at the gate, the office at the dashboard",
        arguments: [
            ("dispatcher", "/bags/scan"), ("gatekeeper", "/bags/gate"), ("biller", "/bags/"), ("admin", "/bags/"),
        ])
    func roles(name: String, place: String) async throws {
        try await withApp { app in
            #expect(await arrival(name, next: nil, app) == place)
            #expect(await arrival(name, next: "/bags/", app) == place)
            #expect(await arrival(name, next: "/bags/bills", app) == "/bags/bills")
            #expect(await arrival(name, next: "//elsewhere.example", app) == place)
            let client = try await app.client(name)
            #expect(await client.get("/bags/sign-in")[header: "location"] == place)
            #expect(await client.get(place).status == 200)
        }
    }
}
