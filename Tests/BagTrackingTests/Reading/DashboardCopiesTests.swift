import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking
@testable import PorticoHTTP

/// Copies of what the dashboard shows: few statements, and never stale.
@Suite struct DashboardCopiesTests {
    private func context(_ hall: PackingHall, _ person: PackingHall.Person) -> RequestContext {
        let principal = Principal(
            accountID: person.rawValue, email: "\(person)@bags.test", name: "\(person)", roles: [person.role.rawValue],
            permissions: person.role.permissions, attributes: person.area.map { ["area_code": $0] } ?? [:])
        let head = RequestHead(method: .get, target: "/bags/", headers: [:], peer: "192.0.2.1")
        return RequestContext(
            request: Request(head: head), requestID: "r", now: hall.clock.now(), clientAddress: "192.0.2.1",
            principal: principal, mount: "/bags", assets: AssetLinks { $0 })
    }

    private func routes(_ hall: PackingHall, _ caches: CacheRegistry = CacheRegistry()) -> DashboardRoutes {
        DashboardRoutes(
            services: hall.services, stats: StatsReader(clock: hall.clock, caches: caches),
            copies: DashboardCopies(in: caches))
    }

    @Test("while nothing changes a view asks for the versions and nothing else", arguments: TestEngine.available)
    func statements(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let routes = routes(hall)
            for person in [PackingHall.Person.asha, .biller] {
                _ = try await hall.database.budget(6) { try await routes.page(context(hall, person)) }
                _ = try await hall.database.budget(1) { try await routes.page(context(hall, person)) }
            }
            // How far an import is belongs to no version.
            _ = try await hall.database.budget(5) { try await routes.page(context(hall, .admin)) }
            _ = try await hall.database.budget(2) { try await routes.page(context(hall, .admin)) }
        }
    }

    @Test("scans and what is taken back are there at once, for their area only", arguments: TestEngine.available)
    func latest(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let routes = routes(hall)
            func codes(_ person: PackingHall.Person) async throws -> [String] {
                try await routes.page(context(hall, person)).latest.value?.map(\.code) ?? ["failed"]
            }
            #expect(try await codes(.asha).isEmpty)
            #expect(try await codes(.biller).isEmpty)
            try await hall.scanParent("SB00001")
            let bag = try await hall.scanChild("2903411", into: "SB00001")
            #expect(try await codes(.asha) == ["2903411", "SB00001"])
            #expect(try await codes(.jaipur).isEmpty)
            try await hall.scanParent("SB00002", by: .jaipur)
            #expect(try await codes(.asha) == ["2903411", "SB00001"])
            #expect(try await codes(.jaipur) == ["SB00002"])
            #expect(try await codes(.biller) == ["SB00002", "2903411", "SB00001"])
            _ = try await hall.services.undo.undo(scan: bag.scanID, reason: nil, by: hall.caller())
            let undone = try await routes.page(context(hall, .asha)).latest.value?.first
            #expect(undone?.undone != nil)
        }
    }

    @Test("another name of a person is there at once", arguments: TestEngine.available)
    func names(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.database.write { transaction in
                for person in PackingHall.Person.allCases {
                    try UserProfile.insert(person.rawValue, person.role, person.area, in: transaction)
                }
            }
            let people = PeopleStore(services: hall.services, accounts: ReadingDesk.accounts(hall))
            let routes = routes(hall)
            func users(_ person: PackingHall.Person) async throws -> [String] {
                try await routes.page(context(hall, person)).latest.value?.map(\.user) ?? ["failed"]
            }
            try await hall.scanParent("SB00001")
            #expect(try await users(.ravi) == ["asha"])
            #expect(try await users(.biller) == ["asha"])
            _ = try await people.change(id: 1, BagUserChange(name: "Asha Verma"), by: hall.caller(.admin))
            #expect(try await users(.ravi) == ["Asha Verma"])
            #expect(try await users(.biller) == ["Asha Verma"])
            try await hall.expectCountsAreRight()
        }
    }

    @Test("an erasure outdates what names the person in any area", arguments: TestEngine.available)
    func erasure(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            func version(_ area: String) async throws -> Int64 {
                try await app.database.read { try CounterStore.version(area: area, in: $0) }
            }
            let admin = try await app.client("admin")
            let users = await admin.get("/bags/api/v1/users").json["items"]?.elements ?? []
            let person = try #require(users.first { $0["email"] == "dispatcher.indore@bags.demo" })
            let id = try #require(person["id"]?.string)
            let (near, far) = (try await version("indore"), try await version("lucknow"))
            let erased = await admin.post("/bags/api/v1/users/\(id)/erase")
            #expect(erased.status == 200, "\(erased.text)")
            #expect(try await version("indore") > near)
            #expect(try await version("lucknow") > far)
        }
    }

    @Test("a finding at the gate comes and goes at once", arguments: TestEngine.available)
    func findings(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let routes = routes(hall)
            func open(_ person: PackingHall.Person) async throws -> Int? {
                try await routes.page(context(hall, person)).watch.value?.openFindings
            }
            let bill = try await hall.completedBill()
            try await hall.packed("SB20009")
            _ = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
            #expect(try await open(.asha) == 0)
            try await hall.scanAtGate("SB20009", bill)
            #expect(try await open(.asha) == 1)
            #expect(try await open(.biller) == 1)
            #expect(try await open(.jaipur) == 0)
            let finding = try await hall.number("SELECT min(id) FROM gate_findings")
            _ = try await hall.services.gate.unload(Int64(finding), of: bill, by: hall.caller(.gatekeeper))
            #expect(try await open(.asha) == 0)
            #expect(try await open(.biller) == 0)
        }
    }

    @Test("the hours of the day follow the events that make them, and the day", arguments: TestEngine.available)
    func today(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let routes = routes(hall)
            func linked(_ count: Int) async throws -> Bool {
                let today = try await routes.page(context(hall, .asha)).today.value?.text ?? ""
                return today.contains("data-live=\"today.linked\">\(count)<")
            }
            #expect(try await linked(0))
            try await hall.fill("SB00001", with: 2)
            #expect(try await linked(0))
            try await EventRelay(
                database: hall.database, outbox: hall.outbox, clock: hall.clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                application: "bags", projections: [ActivityProjection()], listeners: []
            ).catchUp()
            #expect(try await linked(2))
            hall.clock.advance(by: .days(1))
            #expect(try await linked(0))
        }
    }

    @Test("copies that are checked by their version are listed with all caches of the node")
    func listed() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            for _ in 1...2 { #expect(await admin.get("/bags/api/v1/stats").status == 200) }
            let listed = await admin.get("/bags/api/v1/operations/caches").json["items"]?.elements ?? []
            let names = Set(listed.compactMap { $0["name"]?.string })
            #expect(
                names.isSuperset(of: [
                    "bags.figures", "bags.catalog", "bags.dashboard_today", "bags.dashboard_latest",
                    "bags.dashboard_watch",
                ]))
            let figures = app.environment.caches.statistics.first { $0.name == "bags.figures" }
            #expect(figures?.local.hits == 1 && figures?.local.misses == 1)
            #expect(await admin.get("/bags/ops/caches").text.contains("bags.figures"))
        }
    }
}
