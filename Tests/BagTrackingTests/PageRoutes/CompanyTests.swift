import Portico
import PorticoTesting
import Testing

@testable import BagTracking

@Suite(.timeLimit(.minutes(5))) struct CompanyTests {
    @Test("the dashboard tells who else is at work, for as long as they are")
    func dashboard() async throws {
        try await withApp(on: .sqlite) { app async throws in
            let dispatcher = try await app.client("dispatcher")
            let admin = try await app.client("admin")
            #expect(await !dispatcher.get("/bags/").text.contains("at work too"))
            #expect(await admin.get("/bags/").text.contains("is at work too."))
            app.clock.advance(by: .minutes(2))
            #expect(await !admin.get("/bags/").text.contains("at work too"))
        }
    }

    @Test("whoever scans stays at work, and whoever is at work for others")
    func scanning() async throws {
        try await withApp(on: .sqlite) { app async throws in
            let dispatcher = try await app.client("dispatcher")
            #expect(await dispatcher.post("/bags/api/v1/scans/parent", ["code": "SB60101"]).status == 201)
            app.clock.advance(by: .minutes(1))
            #expect(await dispatcher.post("/bags/api/v1/scans/parent", ["code": "SB60102"]).status == 201)
            app.clock.advance(by: .minutes(1))
            #expect(await (try app.client("admin")).get("/bags/").text.contains("is at work too."))
        }
    }

    @Test("people of one area do not hear of those of another")
    func areas() async throws {
        try await withApp(on: .sqlite) { app async throws in
            let presence = app.environment.presence
            _ = await presence.see(PresentMember(id: "900", name: "Stranger"), at: "work:elsewhere")
            _ = await presence.see(PresentMember(id: "900", name: "Stranger"), at: "work:*")
            let dispatcher = try await app.client("dispatcher")
            let admin = try await app.client("admin")
            #expect(await !dispatcher.get("/bags/").text.contains("Stranger"))
            #expect(await admin.get("/bags/").text.contains("Stranger"))
        }
    }

    @Test("names are put together in words, and many are counted")
    func words() {
        func people(_ count: Int) -> [PresentMember] {
            (0..<count).map { PresentMember(id: "\($0)", name: "P\($0)") }
        }
        func line(_ count: Int) -> String { CompanyLine(people: people(count), doing: "here").html.text }
        #expect(!line(0).contains("here"))
        #expect(line(1).contains("P0 is here."))
        #expect(line(3).contains("P0, P1 and P2 are here."))
        #expect(line(6).contains("P3, P4 and one other are here."))
        #expect(line(9).contains("P4 and 4 others are here."))
    }
}
