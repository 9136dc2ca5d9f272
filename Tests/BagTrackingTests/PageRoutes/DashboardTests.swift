import Portico
import PorticoTesting
import Testing

@testable import BagTracking
@testable import PorticoHTTP

/// What the first page tells beside the figures.
@Suite struct DashboardTests {
    @Test("devices that delivered late within the last hour are counted once each", arguments: TestEngine.available)
    func late(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            func scan(_ code: String, device: String?, late seconds: Int64, by person: PackingHall.Person) async throws
            {
                let id = ClientScanID(UUIDv7(at: hall.clock.now()))
                var scan = ScanRequest(kind: .parent, code: code, clientScanID: id)
                scan.deviceID = device
                scan.scannedAt = hall.clock.now() - .seconds(seconds)
                _ = try await hall.services.scans.scan(scan, by: hall.caller(person))
            }
            func devices(_ area: String?) async throws -> Int {
                try await hall.database.read {
                    try Watchfulness.read(area: area, at: hall.clock.now(), showsImports: false, in: $0).lateDevices
                }
            }
            try await scan("SB00001", device: "table-1", late: 900, by: .asha)
            try await scan("SB00002", device: "table-1", late: 800, by: .asha)
            try await scan("SB00003", device: "table-2", late: 61, by: .ravi)
            try await scan("SB00004", device: nil, late: 3600, by: .ravi)
            try await scan("SB00005", device: "table-3", late: 60, by: .asha)
            try await scan("SB00006", device: "table-9", late: 600, by: .jaipur)
            #expect(try await devices("lucknow") == 3)
            #expect(try await devices("jaipur") == 1)
            #expect(try await devices(nil) == 4)
            hall.clock.advance(by: .minutes(61))
            #expect(try await devices(nil) == 0)
        }
    }

    @Test("late scans are found without looking at the others of a busy hour", arguments: TestEngine.available)
    func planOfLateScans(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let now = hall.clock.now()
            // A long quiet time of which the database has taken statistics, and then a busy hour.
            try await addScans(1...20_000, from: now - .hours(2000), every: .minutes(5), to: hall.database)
            try await analyzeScans(of: hall.database)
            try await addScans(20_001...25_000, from: now - .minutes(50), every: .milliseconds(500), to: hall.database)
            for area in ["lucknow", nil] {
                let late = Watchfulness.lateScans(area, since: now - Watchfulness.lateness, hall.database.dialect)
                let explain: SQL = hall.database.dialect == .sqlite ? "EXPLAIN QUERY PLAN" : "EXPLAIN"
                let plan = try await hall.database.read { reading in
                    try reading.all("test.explain", "\(explain) SELECT device_id FROM \(late)") { row in
                        try row[hall.database.dialect == .sqlite ? 3 : 0] as String
                    }
                }.joined(separator: "\n")
                #expect(plan.contains("scans_late"), "\(plan)")
                #expect(!plan.contains("scans_recorded") && !plan.contains("scans_area"), "\(plan)")
            }
        }
    }

    @Test("every tile leads to a list of what it counts", arguments: TestEngine.available)
    func lists(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            for serial in 1...3 { try await hall.scanParent("SB0000\(serial)") }
            try await hall.database.write { transaction in
                try transaction.execute(
                    "test.mark",
                    "UPDATE scans SET undone_at = recorded_at, undone_by = 1 WHERE code = \("SB00001")")
                try transaction.execute(
                    "test.late", "UPDATE scans SET scanned_at = recorded_at - 60001 WHERE code = \("SB00002")")
            }
            func codes(isUndone: Bool, isLate: Bool) async throws -> [String] {
                var filter = ScanFilter(areaCode: "lucknow")
                (filter.isUndone, filter.isLate) = (isUndone, isLate)
                return try await hall.database.read { [filter] in
                    try ScanLog($0).page(filter, before: nil, limit: 10).items.map(\.code)
                }
            }
            #expect(try await codes(isUndone: true, isLate: false) == ["SB00001"])
            #expect(try await codes(isUndone: false, isLate: true) == ["SB00002"])
            #expect(try await codes(isUndone: true, isLate: true).isEmpty)
        }
        try await withApp(on: engine) { app in
            let page = try await app.client("admin").get("/bags/").text
            for part in ["undone=true", "late=true", "findings=true"] { #expect(page.contains(part), "\(part)") }
            #expect(page.contains("stats%2Cimports") || page.contains("stats,imports"))
            let other = try await app.client("dispatcher").get("/bags/").text
            #expect(!other.contains("imports%2C") && !other.contains("stats,imports"))
            for filter in ["undone=true", "late=true"] {
                let list = try await app.client("dispatcher").get("/bags/scans?mine=false&\(filter)")
                #expect(list.status == 200)
            }
        }
    }

    @Test("the last import is told to those who may run imports", arguments: TestEngine.available)
    func lastImport(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            #expect(await admin.get("/bags/").text.contains("None yet"))
            let hall = try await ImportHall(app)
            _ = try await hall.imported("7000001\nSB67001\n", ["kind": "packing", "area_code": "lucknow"])
            let page = await admin.get("/bags/").text
            #expect(page.contains("Last import") && page.contains("Done") && page.contains("href=\"/bags/imports/"))
            for name in ["dispatcher", "biller"] {
                let client = try await app.client(name)
                #expect(await client.get("/bags/").text.contains("Last import") == false, "\(name)")
            }
        }
    }

    @Test("a part that can't be read says so and offers to try again, and the others stay")
    func failures() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            _ = await admin.post(
                "/bags/api/v1/bills", ["code": "LKO 1", "capacity": 3, "area_code": "lucknow"])
            #expect(await admin.get("/bags/").text.contains("Open bills"))
            try await app.database.write { transaction in
                try transaction.execute("test.break", "ALTER TABLE gate_findings RENAME TO gate_findings_old")
                try transaction.execute("test.break", "ALTER TABLE gate_checks RENAME TO gate_checks_old")
            }
            let page = await admin.get("/bags/")
            #expect(page.status == 200)
            #expect(page.text.contains("data-retry=\"watch\"") && !page.text.contains("Open findings"))
            #expect(page.text.contains("Open bills"))
            try await app.database.write { try $0.execute("test.break", "ALTER TABLE counters RENAME TO counted") }
            let poorer = await admin.get("/bags/").text
            #expect(poorer.contains("data-retry=\"bills\"") && poorer.contains("data-retry=\"stock\""))
        }
    }

    @Test("the page takes no more than five statements, also right after a change", arguments: TestEngine.available)
    func statements(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let routes = DashboardRoutes(services: hall.services, stats: StatsReader(clock: hall.clock))
            _ = try await routes.page(context(hall))
            for serial in 1...2 {
                try await hall.scanParent("SB0000\(serial)")
                _ = try await hall.database.budget(5) { try await routes.page(context(hall)) }
            }
        }
    }

    private func context(_ hall: PackingHall) -> RequestContext {
        let admin = PackingHall.Person.admin
        let principal = Principal(
            accountID: admin.rawValue, email: "admin@bags.test", name: "Admin", roles: ["admin"],
            permissions: admin.role.permissions)
        let head = RequestHead(method: .get, target: "/bags/", headers: [:], peer: "192.0.2.1")
        return RequestContext(
            request: Request(head: head), requestID: "r", now: hall.clock.now(), clientAddress: "192.0.2.1",
            principal: principal, mount: "/bags", assets: AssetLinks { $0 })
    }
}
