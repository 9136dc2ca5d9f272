import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// A warehouse for one test: a fresh database, a clock that stands still, and people of every role.
struct PackingHall: Sendable {
    let services: BagTrackingServices
    let clock: Clock
    let outbox: EventOutbox
    let metrics: MetricsRegistry

    var database: Database { services.database }

    static let components = [
        EventSchema.component, IdentitySchema.component, JobSchema.component, MailSchema.component,
        BagSchema.component,
    ]
    static let start = Instant(milliseconds: 1_763_721_338_000)

    /// Who scans here, by account id.
    enum Person: Int64, CaseIterable {
        case asha = 1
        case ravi, biller, admin, gatekeeper, jaipur

        var role: BagRole {
            switch self {
            case .asha, .ravi, .jaipur: .dispatcher
            case .biller: .biller
            case .admin: .admin
            case .gatekeeper: .gatekeeper
            }
        }

        var area: String? {
            switch self {
            case .jaipur: "jaipur"
            case .biller, .admin: nil
            default: "lucknow"
            }
        }
    }

    func caller(_ person: Person = .asha, request: String = "request-1") -> BagCaller {
        BagCaller(
            userID: person.rawValue, name: "\(person)", areaCode: person.area, permissions: person.role.permissions,
            requestID: request, address: "192.0.2.7", now: clock.now())
    }

    // MARK: - Acts

    @discardableResult
    func scanParent(
        _ code: String, id: String? = nil, area: String? = nil, by person: Person = .asha, request: String = "request-1"
    ) async throws -> ScanResult {
        var scan = ScanRequest(kind: .parent, code: code, clientScanID: clientID(id))
        scan.areaCode = area
        return try await services.scans.scan(scan, by: caller(person, request: request))
    }

    @discardableResult
    func scanChild(
        _ code: String, into parent: String, id: String? = nil, area: String? = nil, by person: Person = .asha,
        request: String = "request-1"
    ) async throws -> ScanResult {
        var scan = ScanRequest(kind: .child, code: code, parent: parent, clientScanID: clientID(id))
        scan.areaCode = area
        return try await services.scans.scan(scan, by: caller(person, request: request))
    }

    /// A sack with so many bags of running numbers.
    func fill(_ parent: String, with count: Int, from first: Int = 1_000_001, by person: Person = .asha) async throws {
        try await scanParent(parent, by: person)
        for serial in first..<(first + count) {
            try await scanChild(String(serial), into: parent, by: person)
        }
    }

    /// Puts a sack on an open bill, as billing does.
    func bill(_ parent: String, as code: String = "LKO 1") async throws {
        let now = clock.now()
        try await database.write { transaction in
            let id = try transaction.scalar(
                "test.bill",
                """
                INSERT INTO bills (code, code_key, state, area_code, capacity, created_by, created_at)
                VALUES (\(code), \(code), 'open', 'lucknow', 10, 3, \(now)) RETURNING id
                """, as: Int64.self)
            try transaction.execute("test.billed", "UPDATE bags SET bill_id = \(id) WHERE code = \(parent)")
            var counters = CounterChanges()
            counters.add(.bills("open"), in: "lucknow")
            try counters.write(in: transaction)
        }
    }

    /// Lets the sacks of all bills leave: they come off the bill again, as when they are returned later.
    func dispatchAndReturn(_ parent: String) async throws {
        let caller = caller(.gatekeeper)
        try await database.write { transaction in
            guard let sack = try BagLookup(transaction).bag(parent, .parent, locked: true) else { return }
            try CustodyJournal(transaction: transaction).append(
                CustodyJournal.Entry(
                    fact: .dispatched, source: .gate, parent: sack, areaCode: sack.areaCode, actorID: caller.userID,
                    eventTime: caller.now, recordTime: caller.now), bagID: sack.id)
        }
    }

    private func clientID(_ text: String?) -> ClientScanID {
        text.flatMap { ClientScanID($0) } ?? ClientScanID(UUIDv7(at: clock.now()))
    }

    // MARK: - Sights

    func bag(_ code: String) async throws -> BagRow? {
        try await database.read { reading in
            try reading.first(
                "test.bag", "SELECT \(BagRow.columns) FROM bags WHERE code = \(code)", BagRow.init)
        }
    }

    /// Code of the sack that a bag is in.
    func parent(of code: String) async throws -> String? {
        try await database.read { reading in
            try reading.scalar(
                "test.parent", "SELECT p.code FROM bags c JOIN bags p ON p.id = c.parent_id WHERE c.code = \(code)",
                as: String.self)
        }
    }

    func number(_ sql: SQL) async throws -> Int {
        try await database.read { try $0.scalar("test.number", sql, as: Int.self) } ?? 0
    }

    func counter(_ name: CounterName, in area: String? = nil) async throws -> Int64 {
        try await database.read { try CounterStore.values(area: area, in: $0)[name] ?? 0 }
    }

    /// The events that were published so far, also those that the outbox still holds back because other tests of the
    /// same server have older transactions.
    func events() async throws -> [Event] {
        try await database.read { reading in
            try reading.all("test.events", "SELECT kind, key, payload, at FROM event_outbox ORDER BY id") { row in
                let payload = try JSONValue(parsing: Array((try row[2] as String).utf8))
                return Event(try row[0], key: try row[1], payload: payload, at: try row[3])
            }
        }
    }

    /// Kinds of the events that were published so far.
    func eventKinds() async throws -> [String] {
        try await events().map(\.kind)
    }

    /// Actions of the audit, oldest first.
    func auditActions() async throws -> [String] {
        try await database.read { reading in
            try reading.all("test.audit", "SELECT action FROM audit_rows ORDER BY seq") { try $0[0] }
        }
    }

    /// What the newest row of an action in the audit says was before and after it.
    func audited(_ action: String) async throws -> (before: JSONValue, after: JSONValue)? {
        try await database.read { reading in
            try reading.first(
                "test.audited",
                "SELECT before, after FROM audit_rows WHERE action = \(action) ORDER BY seq DESC LIMIT 1"
            ) { row in
                func value(_ column: Int) throws -> JSONValue {
                    try (row[column] as String?).map { try JSONValue(parsing: Array($0.utf8)) } ?? .null
                }
                return (before: try value(0), after: try value(1))
            }
        }
    }

    /// Every counter equals a recount, and every sack's count equals the bags in it (rules R19, R38).
    func expectCountsAreRight(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let drift = try await database.read { try CounterStore.verify(in: $0).drift }
        #expect(drift.isEmpty, "counters differ from the rows", sourceLocation: sourceLocation)
        let wrong = try await number(
            """
            SELECT count(*) FROM bags p WHERE kind = 'parent'
            AND child_count <> (SELECT count(*) FROM bags c WHERE c.parent_id = p.id)
            """)
        #expect(wrong == 0, "sacks with a wrong count", sourceLocation: sourceLocation)
    }
}

/// Opens a hall on an engine and closes it afterwards.
func withHall(
    on engine: TestEngine, queries: QueryLog = .silent, settings: BagSettings? = nil,
    _ body: (PackingHall) async throws -> Void
) async throws {
    try await withDatabase(on: engine, components: PackingHall.components, queries: queries) { database in
        let clock = Clock(standingAt: PackingHall.start)
        let outbox = EventOutbox()
        let metrics = MetricsRegistry()
        let services = try BagTrackingServices(
            database: database, clock: clock, outbox: outbox,
            cursors: CursorSigner(key: [UInt8](repeating: 7, count: 32)),
            settings: settings ?? BagSettings(publicURL: "https://bags.test"), metrics: metrics)
        try await database.write { transaction in
            for person in PackingHall.Person.allCases {
                try transaction.execute(
                    "test.account",
                    """
                    INSERT INTO accounts (id, email, email_key, name, role, created_at)
                    VALUES (\(person.rawValue), \("\(person)@bags.test"), \("\(person)@bags.test"), \("\(person)"),
                        \(person.role.rawValue), \(PackingHall.start))
                    """)
            }
        }
        try await body(PackingHall(services: services, clock: clock, outbox: outbox, metrics: metrics))
    }
}

extension BagTrackingServices {
    /// Services with jobs of their own, and mails that stay where they can be read.
    init(
        database: Database, clock: Clock, outbox: EventOutbox, cursors: CursorSigner, settings: BagSettings,
        metrics: MetricsRegistry
    ) throws {
        let jobs = JobQueue(clock: clock, outbox: outbox)
        let sender = try MailAddress("warehouse@bags.test")
        self.init(
            database: database, clock: clock, outbox: outbox,
            mails: MailQueue(jobs: jobs, sender: sender, transport: OutboxTransport()), jobs: jobs, cursors: cursors,
            settings: settings, metrics: metrics)
    }
}

extension ScanResult {
    /// The body as JSON.
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    /// The stable code of a problem.
    var problemCode: String? { json["code"]?.string }
}

/// The refusal that `body` throws; nil when it throws none.
func refusal(_ body: () async throws -> Void) async throws -> Refusal? {
    do {
        try await body()
        return nil
    } catch let refusal as Refusal {
        return refusal
    }
}
