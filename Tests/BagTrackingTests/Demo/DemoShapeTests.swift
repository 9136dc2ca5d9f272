import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What a small demonstration looks like: the mix of states, mistakes, areas, lots and lorries.
@Suite struct DemoShapeTests {
    private func withDemo(on engine: TestEngine, _ body: (Database) async throws -> Void) async throws {
        try await withDatabase(on: engine, components: PackingHall.components) { database in
            let sessions = SessionStore(
                database: database, clock: Clock(standingAt: DemoSeederTests.now),
                settings: SessionSettings(application: "bags", isSecure: false), roles: RoleCatalog([]),
                addressKey: [UInt8](repeating: 5, count: 32))
            let seeder = DemoSeeder(
                database: database, accounts: AccountStore(sessions: sessions), hash: { "hash of \($0)" })
            try await seeder.seed(DemoSeederTests.demonstration())
            try await body(database)
        }
    }

    private func counts(_ sql: SQL, _ database: Database) async throws -> [String: Int] {
        let rows = try await database.read { reading in
            try reading.all("test.counts", sql) { (name: try $0[0] as String, count: try $0[1] as Int) }
        }
        return Dictionary(rows.map { ($0.name, $0.count) }, uniquingKeysWith: +)
    }

    private func texts(_ sql: SQL, _ database: Database) async throws -> [String] {
        try await database.read { try $0.all("test.texts", sql) { try $0[0] as String } }
    }

    @Test("bills are in every state, and most have left", arguments: TestEngine.available)
    func bills(engine: TestEngine) async throws {
        try await withDemo(on: engine) { database in
            let states = try await counts("SELECT state, count(*) FROM bills GROUP BY state", database)
            #expect(states == ["open": 1, "completed": 1, "loading": 1, "dispatched": 3, "delivered": 6])
        }
    }

    @Test(
        "about five of a hundred bills are open, five completed, one loading and thirty dispatched",
        arguments: [
            Demonstration.Scale.medium, .full,
        ])
    func largerMixes(scale: Demonstration.Scale) {
        let figures = DemoScale(scale)
        let plan = DemoPlan(DemoSeederTests.demonstration(scale), people: DemoPeople(count: figures.accounts))
        func share(_ state: String) -> Double {
            100 * Double(plan.bills.count { $0.state == state }) / Double(plan.bills.count)
        }
        #expect((4...6).contains(share("open")) && (4...6).contains(share("completed")))
        #expect((28...32).contains(share("dispatched")) && share("delivered") > 55)
        #expect(plan.bills.filter { $0.state == "loading" }.count == 1)
    }

    @Test("two scans of bags in a hundred were undone or rejected", arguments: TestEngine.available)
    func mistakes(engine: TestEngine) async throws {
        try await withDemo(on: engine) { database in
            let scans = try await counts(
                """
                SELECT CASE WHEN undone_at IS NOT NULL THEN 'undone' ELSE outcome END, count(*) FROM scans
                WHERE kind = 'child' GROUP BY 1
                """, database)
            let all = scans.values.reduce(0, +)
            let wrong = (scans["undone"] ?? 0) + (scans["rejected"] ?? 0)
            #expect((scans["undone"] ?? 0) > 0 && (scans["rejected"] ?? 0) > 0)
            let share = 100 * Double(wrong) / Double(all)
            #expect((1.5...2.5).contains(share), "\(scans)")
        }
    }

    @Test("areas have work by their size", arguments: Demonstration.Scale.allCases)
    func areas(scale: Demonstration.Scale) {
        #expect(DemoNames.towns.count == 10 && DemoNames.towns.reduce(0) { $0 + $1.weight } == 100)
        let figures = DemoScale(scale)
        let plan = DemoPlan(DemoSeederTests.demonstration(scale), people: DemoPeople(count: figures.accounts))
        let shares = DemoNames.towns.indices.map { area in
            100 * Double(plan.sacks.count { $0.area == area }) / Double(plan.sacks.count)
        }
        // Areas are drawn for each sack: of a few sacks the share is wide, of many it is narrow.
        let width = scale == .small ? 15.0 : scale == .medium ? 3.0 : 1.0
        for (town, share) in zip(DemoNames.towns, shares) {
            #expect(abs(share - Double(town.weight)) <= width, "\(town.code) \(share)")
        }
        let half = DemoNames.towns.count / 2
        #expect(shares[..<half].reduce(0, +) > shares[half...].reduce(0, +))
    }

    @Test(
        "lots are named after product, year and number, and a bag's lot is of its product",
        arguments: TestEngine.available)
    func lots(engine: TestEngine) async throws {
        try await withDemo(on: engine) { database in
            let year = TimeZoneOffset.india.date(of: DemoSeederTests.now).year
            let found = try await texts(
                """
                SELECT DISTINCT c.lot FROM bags c JOIN bags p ON p.id = c.parent_id
                WHERE c.kind = 'child' AND p.product_type = 'mustard'
                """, database)
            #expect(!found.isEmpty && found.allSatisfy { $0.hasPrefix("MUS/\(year)/") }, "\(found)")
            let all = try await texts("SELECT DISTINCT lot FROM bags WHERE kind = 'child' ORDER BY lot", database)
            for lot in all { #expect(lot.wholeMatch(of: /[A-Z]{3}\/\d{4}\/\d{3}/) != nil, "\(lot)") }
            #expect(all.contains("MUS/\(year)/001") && all.count >= 2)
        }
    }

    @Test(
        "lorries that left have a vehicle of their area that could be entered, others none",
        arguments: TestEngine.available)
    func lorries(engine: TestEngine) async throws {
        try await withDemo(on: engine) { database in
            let left = try await database.read { reading in
                try reading.all(
                    "test.lorries",
                    """
                    SELECT area_code, vehicle_number FROM bills
                    WHERE state IN ('dispatched', 'delivered') AND vehicle_number IS NOT NULL
                    """
                ) { (area: try $0[0] as String, vehicle: try $0[1] as String) }
            }
            #expect(left.count == 9)
            for lorry in left {
                let town = try #require(DemoNames.towns.first { $0.code == lorry.area })
                #expect(town.vehicles.contains { lorry.vehicle.hasPrefix($0) }, "\(lorry)")
                let number = try VehicleNumber(lorry.vehicle)
                #expect(number.text == lorry.vehicle)
                #expect(lorry.vehicle.wholeMatch(of: /[A-Z]{2}\d{2}[A-Z]{1,2}\d{4}/) != nil, "\(lorry.vehicle)")
            }
            let waiting = try await counts(
                """
                SELECT state, count(*) FROM bills WHERE state IN ('open', 'completed', 'loading')
                AND vehicle_number IS NOT NULL GROUP BY state
                """, database)
            #expect(waiting.isEmpty, "\(waiting)")
        }
    }
}
