import Portico

/// Fills an empty database with a demonstration: people, bills, sacks, bags, and ninety days of scans.
///
/// Rows are loaded in transactions of some ten thousand rows with the secondary indexes taken away. Whoever finds a
/// load that was cut short is told so; see ``DemoState``.
struct DemoSeeder: Sendable {
    /// Sacks of one transaction, about 28,000 rows.
    private static let chunk = 250

    let database: Database
    /// Where the accounts go.
    let accounts: AccountStore
    /// Hashes the one password of all accounts.
    let hash: @Sendable (String) async throws -> String
    /// Hears of the progress, a line at a time.
    let log: @Sendable (String) -> Void

    init(
        database: Database, accounts: AccountStore, hash: @escaping @Sendable (String) async throws -> String,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.database = database
        self.accounts = accounts
        self.hash = hash
        self.log = log
    }

    init(
        database: Database, accounts: AccountStore, passwords: PasswordHasher,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.init(database: database, accounts: accounts, hash: { try await passwords.hash($0) }, log: log)
    }

    /// Refuses a database whose demonstration was not loaded to the end. To be asked at every start.
    /// - Throws: ``IncompleteDemonstration``, ``SQLError``.
    static func refuseIncomplete(_ database: Database) async throws {
        if try await database.read({ try DemoState.read(in: $0) }) == .loading { throw IncompleteDemonstration() }
    }

    /// Loads the demonstration, unless the database has bags already.
    /// - Returns: whether anything was loaded.
    /// - Throws: ``IncompleteDemonstration`` when an earlier load was cut short, ``SQLError``.
    @discardableResult
    func seed(_ demonstration: Demonstration) async throws -> Bool {
        let (state, hasBags) = try await database.read { reading in
            (
                try DemoState.read(in: reading),
                try reading.scalar("demo.any", "SELECT 1 FROM bags LIMIT 1", as: Int.self) != nil
            )
        }
        if state == .loading { throw IncompleteDemonstration() }
        guard state == nil, !hasBags else { return false }
        let started = monotonicNanoseconds()
        log("loading \(demonstration.scale.rawValue) demonstration data")
        let hash = try await hash(demonstration.password.reveal())
        let (people, indexes) = try await begin(demonstration, hash)
        let plan = DemoPlan(demonstration, people: people)
        try await database.write { try DemoSeeder.loadBills(plan, in: $0) }
        try await loadSacks(plan)
        try await finish(plan, indexes)
        log("demonstration data is complete after \((monotonicNanoseconds() - started) / 1_000_000_000) s")
        return true
    }

    // MARK: - People

    /// Makes the accounts, notes that the load began, and takes the indexes away, all or nothing.
    private func begin(
        _ demonstration: Demonstration, _ hash: String
    ) async throws -> (people: DemoPeople, indexes: DemoIndexes) {
        let accounts = accounts
        let made = DemoPeople(count: DemoScale(demonstration.scale).accounts)
        let createdAt = DemoCalendar(now: demonstration.now).start
        return try await database.write { transaction in
            var people = made
            try DemoState.begin(demonstration, in: transaction)
            for index in people.all.indices {
                let person = people.all[index]
                guard let email = EmailAddress(person.email) else { continue }
                let account = try accounts.create(
                    NewAccount(email: email, name: person.name, role: person.role.rawValue), passwordHash: hash,
                    at: createdAt, in: transaction)
                try transaction.execute(
                    "demo.profile",
                    """
                    INSERT INTO user_profiles (user_id, role, area_code)
                    VALUES (\(account.id), \(person.role.rawValue), \(person.areaCode))
                    """)
                people.all[index].id = account.id
            }
            let indexes = try DemoIndexes(in: transaction)
            try indexes.drop(in: transaction)
            return (people, indexes)
        }
    }

    // MARK: - Rows

    private static func loadBills(_ plan: DemoPlan, in transaction: Transaction) throws {
        let rows = DemoBillRows(plan: plan)
        try transaction.bulkInsert(
            "demo.bills", into: "bills", columns: DemoBillRows.columns, rows: plan.bills.map(rows.bill))
    }

    private func loadSacks(_ plan: DemoPlan) async throws {
        let all = plan.sacks.count
        var told = 0
        for start in stride(from: 0, to: all, by: DemoSeeder.chunk) {
            let range = start..<min(start + DemoSeeder.chunk, all)
            try await database.write { try DemoSeeder.load(DemoRows(plan, sacks: range), in: $0) }
            let tenth = range.upperBound * 10 / all
            if tenth > told { log("\(range.upperBound) of \(all) sacks loaded") }
            told = tenth
        }
        for start in stride(from: 0, to: plan.bills.count, by: DemoSeeder.chunk) {
            let range = start..<min(start + DemoSeeder.chunk, plan.bills.count)
            try await database.write { try DemoSeeder.load(DemoGateRows(plan, bills: range), in: $0) }
        }
        let firstEvent = plan.sacks.last.map { $0.firstEventID + Int64($0.events) } ?? 1
        try await database.write { try DemoSeeder.loadLorries(plan, firstEvent: firstEvent, in: $0) }
    }

    private static func load(_ rows: DemoRows, in transaction: Transaction) throws {
        try transaction.bulkInsert("demo.bags", into: "bags", columns: DemoRows.bagColumns, rows: rows.bags)
        try transaction.bulkInsert("demo.scans", into: "scans", columns: DemoScanRow.columns, rows: rows.scans)
        try transaction.bulkInsert(
            "demo.custody", into: "custody_events", columns: DemoRows.eventColumns, rows: rows.events)
        try transaction.bulkInsert(
            "demo.custody_bags", into: "custody_event_bags", columns: ["event_id", "bag_id"], rows: rows.eventBags)
    }

    private static func load(_ rows: DemoGateRows, in transaction: Transaction) throws {
        try transaction.bulkInsert(
            "demo.bill_events", into: "bill_events", columns: DemoGateRows.eventColumns, rows: rows.events)
        try transaction.bulkInsert(
            "demo.checks", into: "gate_checks", columns: DemoGateRows.checkColumns, rows: rows.checks)
        try transaction.bulkInsert(
            "demo.check_sacks", into: "gate_check_sacks", columns: DemoGateRows.sackColumns, rows: rows.sacks)
        try transaction.bulkInsert(
            "demo.findings", into: "gate_findings", columns: DemoGateRows.findingColumns, rows: rows.findings)
    }

    private static func loadLorries(_ plan: DemoPlan, firstEvent: Int64, in transaction: Transaction) throws {
        let rows = DemoBillRows(plan: plan)
        var events: [[SQLValue]] = []
        var bags: [[SQLValue]] = []
        for bill in plan.bills {
            let made = rows.events(of: bill, from: firstEvent + Int64(events.count))
            events += made.events
            bags += made.bags
        }
        try transaction.bulkInsert(
            "demo.lorries", into: "custody_events", columns: DemoBillRows.eventColumns, rows: events)
        try transaction.bulkInsert(
            "demo.lorry_sacks", into: "custody_event_bags", columns: ["event_id", "bag_id"], rows: bags)
    }

    // MARK: - End

    private func finish(_ plan: DemoPlan, _ indexes: DemoIndexes) async throws {
        log("making \(indexes.count) indexes")
        for index in 0..<indexes.count { try await database.write { try indexes.create(index, in: $0) } }
        log("counting")
        try await database.write { transaction in
            try DemoReturns(plan: plan, transaction: transaction).fill()
            try DemoSeeder.advanceIdentities(in: transaction)
            try DemoActivity.fill(in: transaction)
            try CounterStore.rebuild(in: transaction)
        }
        try await database.write { transaction in
            try transaction.liftTimeLimit()
            if transaction.dialect == .postgresql { try transaction.execute("demo.analyze", "ANALYZE") }
            try DemoState.finish(in: transaction)
        }
    }

    /// Ids were given by the plan; on PostgreSQL the sequences behind them must follow.
    private static func advanceIdentities(in transaction: Transaction) throws {
        guard transaction.dialect == .postgresql else { return }
        for table in ["bags", "bills", "scans", "custody_events", "gate_checks", "return_tickets"] {
            try transaction.execute(
                "demo.sequence",
                SQL(
                    trusted: """
                        SELECT setval(pg_get_serial_sequence('\(table)', 'id'), (SELECT max(id) FROM \(table)))
                        """))
        }
    }
}
