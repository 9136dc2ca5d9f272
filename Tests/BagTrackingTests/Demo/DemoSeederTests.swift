import Portico
import PorticoTesting
import Synchronization
import Testing

@testable import BagTracking

/// Demonstration data: complete, exact, the same every time, and never half there.
@Suite struct DemoSeederTests {
    static let now = Instant(seconds: 1_795_260_600)

    static func demonstration(
        _ scale: Demonstration.Scale = .small, seed: UInt64 = 1, now: Instant = now
    ) -> Demonstration {
        Demonstration(scale: scale, seed: seed, now: now, password: Secret("Portico-demo-1!"))
    }

    private func withSeeder(
        on engine: TestEngine, _ body: (Database, DemoSeeder) async throws -> Void
    ) async throws {
        try await withDatabase(on: engine, components: PackingHall.components) { database in
            let sessions = SessionStore(
                database: database, clock: Clock(standingAt: DemoSeederTests.now),
                settings: SessionSettings(application: "bags", isSecure: false), roles: RoleCatalog([]),
                addressKey: [UInt8](repeating: 5, count: 32))
            try await body(
                database,
                DemoSeeder(database: database, accounts: AccountStore(sessions: sessions), hash: { "hash of \($0)" }))
        }
    }

    private func number(_ sql: SQL, _ database: Database) async throws -> Int {
        try await database.read { try $0.scalar("test.number", sql, as: Int.self) } ?? 0
    }

    @Test("loads what the scale promises, with exact counters", arguments: TestEngine.available)
    func small(engine: TestEngine) async throws {
        try await withSeeder(on: engine) { database, seeder in
            #expect(try await seeder.seed(DemoSeederTests.demonstration()))
            #expect(try await number("SELECT count(*) FROM bags WHERE kind = 'parent'", database) == 80)
            #expect(try await number("SELECT count(*) FROM bags WHERE kind = 'child'", database) == 1920)
            #expect(try await number("SELECT count(*) FROM bills", database) == 12)
            #expect(try await number("SELECT count(*) FROM bills WHERE state = 'loading'", database) == 1)
            #expect(try await number("SELECT count(*) FROM accounts", database) == 16)
            #expect(try await number("SELECT count(*) FROM bags WHERE status = 'full'", database) == 74)
            let returned = try await number("SELECT count(*) FROM return_items", database)
            #expect(try await number("SELECT count(*) FROM return_tickets", database) == 4 && returned == 4)
            #expect(try await number("SELECT count(*) FROM bags WHERE bill_id IS NOT NULL", database) == 68 - returned)
            let drift = try await database.read { try CounterStore.verify(in: $0).drift }
            #expect(drift.isEmpty)
            let late = try await number(
                "SELECT count(*) FROM scans WHERE recorded_at > \(DemoSeederTests.now)", database)
            #expect(late == 0)
        }
    }

    @Test("every sack, bill and custody event agrees with the rows below it", arguments: TestEngine.available)
    func consistent(engine: TestEngine) async throws {
        try await withSeeder(on: engine) { database, seeder in
            try await seeder.seed(DemoSeederTests.demonstration())
            let wrong: [(String, SQL)] = [
                (
                    "sacks",
                    """
                    SELECT count(*) FROM bags p WHERE kind = 'parent'
                    AND child_count <> (SELECT count(*) FROM bags c WHERE c.parent_id = p.id)
                    """
                ),
                (
                    "bills",
                    """
                    SELECT count(*) FROM bills l WHERE linked_count <> (SELECT count(*) FROM bags b WHERE b.bill_id = l.id)
                    OR child_count <> (SELECT sum(child_count) FROM bags b WHERE b.bill_id = l.id)
                    OR actual_weight_grams <> 1000 * child_count
                    """
                ),
                (
                    "gate",
                    """
                    SELECT count(*) FROM bills l LEFT JOIN gate_checks c ON c.bill_id = l.id
                    WHERE (l.state IN ('loading', 'dispatched', 'delivered')) <> (c.id IS NOT NULL)
                    OR (l.state = 'loading') <> (coalesce(c.state, '') = 'running')
                    OR (c.state = 'passed' AND c.seen_count <> l.linked_count + l.returned_count)
                    OR coalesce(c.seen_count, 0) <> (SELECT count(*) FROM gate_check_sacks s WHERE s.gate_check_id = c.id)
                    OR coalesce(c.open_findings, 0) <> (SELECT count(*) FROM gate_findings f WHERE f.gate_check_id = c.id)
                    """
                ),
                (
                    "gate scans",
                    """
                    SELECT count(*) FROM gate_check_sacks g JOIN gate_checks c ON c.id = g.gate_check_id
                    JOIN bags b ON b.id = g.bag_id WHERE NOT EXISTS (
                        SELECT 1 FROM scans s WHERE s.bill_id = c.bill_id AND s.kind = 'gate' AND s.outcome = 'matched'
                        AND s.code = b.code AND s.recorded_at = g.seen_at AND s.user_id = g.seen_by
                        AND s.count_after = b.child_count AND s.capacity = b.capacity AND s.answer LIKE '{"gate":%')
                    """
                ),
                (
                    "scans of findings",
                    """
                    SELECT count(*) FROM gate_findings f JOIN gate_checks c ON c.id = f.gate_check_id
                    JOIN bags b ON b.id = f.bag_id WHERE NOT EXISTS (
                        SELECT 1 FROM scans s WHERE s.bill_id = c.bill_id AND s.kind = 'gate' AND s.code = b.code
                        AND s.reject_code = 'not_on_bill' AND s.recorded_at = f.found_at)
                    """
                ),
                (
                    "scans onto bills",
                    """
                    SELECT count(*) FROM bills l WHERE linked_count + returned_count <> (
                        SELECT count(*) FROM scans s WHERE s.bill_id = l.id AND s.kind = 'bill' AND s.outcome = 'added'
                        AND s.count_after > 0 AND s.answer LIKE '{"bill":%')
                    """
                ),
                (
                    "order of scans",
                    """
                    SELECT count(*) FROM (SELECT recorded_at, max(recorded_at) OVER (ORDER BY id) AS latest FROM scans)
                        AS told WHERE latest - recorded_at > \(BagListQuery.disorder.milliseconds)
                    """
                ),
                (
                    "time lines",
                    """
                    SELECT count(*) FROM bills l WHERE state <> (
                        SELECT e.to_state FROM bill_events e WHERE e.bill_id = l.id ORDER BY e.id DESC LIMIT 1)
                    """
                ),
                (
                    "places",
                    """
                    SELECT count(*) FROM bills l WHERE linked_count <> (
                        SELECT max(bill_position) FROM bags b WHERE b.bill_id = l.id)
                    """
                ),
                (
                    "links",
                    """
                    SELECT count(*) FROM bags b WHERE kind = 'child' AND status = 'linked' AND NOT EXISTS (
                        SELECT 1 FROM scans s WHERE s.id = b.link_scan_id AND s.code = b.code AND s.outcome = 'linked'
                        AND s.undone_at IS NULL AND s.area_code = b.area_code)
                    """
                ),
                (
                    "loose",
                    """
                    SELECT count(*) FROM bags b WHERE status = 'loose' AND NOT EXISTS (
                        SELECT 1 FROM scans s WHERE s.code = b.code AND s.undone_at IS NOT NULL)
                    """
                ),
                (
                    "custody",
                    """
                    SELECT count(*) FROM scans s WHERE outcome = 'linked' AND (SELECT count(*) FROM custody_events e
                        WHERE e.scan_id = s.id) <> CASE WHEN undone_at IS NULL THEN 1 ELSE 2 END
                    """
                ),
                (
                    "codes",
                    "SELECT count(*) FROM bags WHERE kind = 'child' AND (length(code) <> 7 OR code >= '3000000')"
                ),
                (
                    "activity",
                    "SELECT (SELECT count(*) FROM scans) + (SELECT count(*) FROM scans WHERE undone_at > 0) - sum(count) FROM daily_activity"
                ),
            ]
            for (name, sql) in wrong {
                #expect(try await number("SELECT CAST((\(sql)) AS BIGINT)", database) == 0, "\(name)")
            }
        }
    }

    @Test("the same seed gives the same data at any hour, another seed other data", arguments: TestEngine.available)
    func deterministic(engine: TestEngine) async throws {
        let first = try await fingerprint(engine, DemoSeederTests.demonstration())
        let later = try await fingerprint(
            engine, DemoSeederTests.demonstration(now: DemoSeederTests.now + .minutes(20)))
        let other = try await fingerprint(engine, DemoSeederTests.demonstration(seed: 2))
        #expect(first == later)
        #expect(first != other)
    }

    private func fingerprint(_ engine: TestEngine, _ demonstration: Demonstration) async throws -> [String] {
        let lines = Mutex<[String]>([])
        try await withSeeder(on: engine) { database, seeder in
            try await seeder.seed(demonstration)
            let read = try await database.read { reading in
                try ["bags", "scans", "custody_events", "custody_event_bags", "bills", "counters"].flatMap { table in
                    try reading.all("test.all", SQL(trusted: "SELECT * FROM \(table) ORDER BY 1, 2")) { row in
                        try (0..<row.columnCount).map { "\(try row.value($0))" }.joined(separator: ",")
                    }
                }
            }
            lines.withLock { $0 = read }
        }
        return lines.withLock { $0 }
    }

    @Test("does nothing to a database that has data, and leaves its indexes alone", arguments: TestEngine.available)
    func repeated(engine: TestEngine) async throws {
        try await withSeeder(on: engine) { database, seeder in
            let before = try await database.read { try DemoIndexes(in: $0).count }
            #expect(try await seeder.seed(DemoSeederTests.demonstration()))
            #expect(try await !seeder.seed(DemoSeederTests.demonstration(seed: 7)))
            #expect(try await database.read { try DemoIndexes(in: $0).count } == before)
            #expect(before > 10)
            #expect(try await number("SELECT count(*) FROM bags", database) == 2000)
            try await DemoSeeder.refuseIncomplete(database)
        }
    }

    @Test("a load that was cut short is never taken for complete", arguments: TestEngine.available)
    func interrupted(engine: TestEngine) async throws {
        try await withSeeder(on: engine) { database, seeder in
            try await database.write { try DemoState.begin(DemoSeederTests.demonstration(), in: $0) }
            await #expect(throws: IncompleteDemonstration.self) {
                try await seeder.seed(DemoSeederTests.demonstration())
            }
            await #expect(throws: IncompleteDemonstration.self) { try await DemoSeeder.refuseIncomplete(database) }
        }
    }

    @Test("work goes on after it: new sacks and bags get ids of their own", arguments: TestEngine.available)
    func goesOn(engine: TestEngine) async throws {
        try await withSeeder(on: engine) { database, seeder in
            try await seeder.seed(DemoSeederTests.demonstration())
            let services = try BagTrackingServices(
                database: database, clock: Clock(standingAt: DemoSeederTests.now), outbox: EventOutbox(),
                cursors: CursorSigner(key: [UInt8](repeating: 7, count: 32)),
                settings: BagSettings(publicURL: "https://bags.test"), metrics: MetricsRegistry())
            let caller = BagCaller(
                userID: 1, name: "Asha", areaCode: "lucknow", permissions: BagRole.dispatcher.permissions,
                requestID: "request-1", address: "192.0.2.7", now: DemoSeederTests.now)
            for (kind, code, parent) in [(ScanKind.parent, "SB60001", String?.none), (.child, "3000001", "SB60001")] {
                let id = try #require(ClientScanID("after-demo-\(code)"))
                let scan = ScanRequest(kind: kind, code: code, parent: parent, clientScanID: id)
                #expect(try await services.scans.scan(scan, by: caller).status == 201)
            }
            #expect(try await database.read { try CounterStore.verify(in: $0).drift }.isEmpty)
        }
    }

    @Test("plans keep to the promised proportions at every scale", arguments: Demonstration.Scale.allCases)
    func proportions(scale: Demonstration.Scale) {
        let figures = DemoScale(scale)
        let plan = DemoPlan(DemoSeederTests.demonstration(scale), people: DemoPeople(count: figures.accounts))
        #expect(plan.sacks.count == figures.sacks)
        #expect(plan.sacks.reduce(0) { $0 + $1.newChildren } == figures.children)
        #expect(plan.sacks.allSatisfy { (0...$0.type.capacity).contains($0.count) })
        #expect(plan.sacks.allSatisfy { ($0.fill == .full) == ($0.count == $0.type.capacity) })
        #expect(plan.sacks.allSatisfy { ($0.fill == .empty) == ($0.count == 0) })
        #expect(plan.sacks.allSatisfy { $0.serial < 60_000 })
        #expect(plan.bills.count == figures.bills)
        #expect(plan.bills.allSatisfy { !$0.sacks.isEmpty && $0.sacks.count <= 400 })
        #expect(plan.bills.reduce(0) { $0 + $1.sacks.count } == figures.billedSacks)
        let mustard = plan.sacks.count { $0.type == .mustard }
        #expect((60...75).contains(100 * mustard / figures.sacks))
        #expect(zip(plan.sacks, plan.sacks.dropFirst()).allSatisfy { $0.start <= $1.start })
        #expect(plan.sacks.allSatisfy { $0.end + .minutes(3) <= plan.calendar.end })
        #expect(Set(DemoPeople(count: figures.accounts).all.map(\.email)).count == figures.accounts)
    }

    @Test("nothing lies in the future, whenever the day begins", arguments: 0..<24)
    func hours(hour: Int) {
        let now =
            TimeZoneOffset.india.start(of: TimeZoneOffset.india.date(of: DemoSeederTests.now)) + .hours(Int64(hour))
        let calendar = DemoCalendar(now: now)
        #expect(calendar.end <= now)
        for day in 1..<DemoCalendar.days { #expect(calendar.hours(day - 1).end <= calendar.hours(day).start) }
    }

    @Test("a scan onto a bill is answered again with the totals it was answered with", arguments: TestEngine.available)
    func replayedTotals(engine: TestEngine) async throws {
        try await withSeeder(on: engine) { database, seeder in
            try await seeder.seed(DemoSeederTests.demonstration())
            let scans = try await database.read { reading in
                try reading.all(
                    "test.bill_scans",
                    """
                    SELECT s.bill_id, s.answer, b.child_count, l.capacity FROM scans s JOIN bags b ON b.code = s.code
                    JOIN bills l ON l.id = s.bill_id WHERE s.kind = 'bill' ORDER BY s.id
                    """
                ) { row in
                    (
                        bill: try row[0] as Int64, kept: try ScanRemainder(row[1] as String?), bags: try row[2] as Int,
                        capacity: try row[3] as Int
                    )
                }
            }
            var sums: [Int64: (sacks: Int, bags: Int)] = [:]
            for scan in scans {
                let sum = sums[scan.bill] ?? (0, 0)
                sums[scan.bill] = (sum.sacks + 1, sum.bags + scan.bags)
                #expect(scan.kept.bill?.totals.linkedCount == sum.sacks + 1)
                #expect(scan.kept.bill?.totals.childCount == sum.bags + scan.bags)
                #expect(scan.kept.bill?.capacity == scan.capacity)
            }
            #expect(sums.count == 12)
        }
    }
}
