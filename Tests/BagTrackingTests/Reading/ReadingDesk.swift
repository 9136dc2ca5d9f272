import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The routes for reading, people and catalogue over the warehouse of a test.
struct ReadingDesk: Sendable {
    let client: TestClient
    let stats: StatsReader
    let watch: CounterWatch
    let people: PeopleStore
    let live: LiveUpdates

    /// Everybody whose bearer token is the name of a person.
    private struct Badges: Authenticator {
        func principal(for head: RequestHead) async throws -> Principal? {
            let name = head.headers["authorization"]?.dropFirst("Bearer ".count)
            guard let person = PackingHall.Person.allCases.first(where: { name.map(String.init) == "\($0)" }) else {
                return nil
            }
            return Principal(
                accountID: person.rawValue, email: "\(person)@bags.test", name: "\(person)",
                roles: [person.role.rawValue],
                permissions: person.role.permissions,
                attributes: person.area.map { ["area_code": $0] } ?? [:])
        }
    }

    /// Hashing is slow on purpose, and making a hasher hashes; all tests share one.
    static let passwords = Task { try PasswordHasher() }

    init(_ hall: PackingHall) async throws {
        let services = hall.services
        try await ReadingDesk.advanceAccounts(hall)
        people = PeopleStore(services: services, accounts: ReadingDesk.accounts(hall))
        stats = StatsReader(clock: hall.clock)
        watch = CounterWatch(metrics: hall.metrics)
        live = LiveUpdates(services: services, stats: stats, metrics: hall.metrics)
        let groups: [[Route]] = [
            ReadingRoutes(services: services).routes,
            StatsRoutes(services: services, stats: stats, watch: watch).routes,
            CatalogueRoutes(services: services, catalog: CatalogStore(services: services)).routes,
            PeopleRoutes(
                services: services, people: people,
                passwords: UserPasswords(hasher: try await ReadingDesk.passwords.value, rules: PasswordRules()),
                office: nil
            ).routes,
            StreamRoutes(services: services, live: live) { try await Badges().principal(for: $0) }.routes,
            SocketRoutes(services: services, live: live, stats: stats) { try await Badges().principal(for: $0) }
                .routes,
        ]
        var mount = Mount(id: "bags", prefix: "/bags", title: "Bags", routes: groups.flatMap(\.self))
        mount.authenticator = Badges()
        var site = Site.Configuration(
            mounts: [mount], csrf: CSRFSigner(key: [UInt8](repeating: 1, count: 32)), clock: hall.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: hall.metrics,
            assets: AssetLinks { $0 })
        site.origin = SiteOrigin(publicURL: services.settings.publicURL)
        client = TestClient(try Site(site))
    }

    /// The accounts of a hall, with sessions of their own.
    static func accounts(_ hall: PackingHall) -> AccountStore {
        AccountStore(
            sessions: SessionStore(
                database: hall.database, clock: hall.clock,
                settings: SessionSettings(application: "bags", isSecure: false),
                roles: RoleCatalog(BagRole.allCases.map { (name: $0.rawValue, permissions: $0.permissions) }),
                addressKey: [UInt8](repeating: 5, count: 32)))
    }

    /// People of a hall have ids of their own choice; on PostgreSQL the sequence behind them must follow.
    static func advanceAccounts(_ hall: PackingHall) async throws {
        guard hall.database.dialect == .postgresql else { return }
        try await hall.database.write { transaction in
            try transaction.execute(
                "test.sequence",
                "SELECT setval(pg_get_serial_sequence('accounts', 'id'), (SELECT max(id) FROM accounts))")
        }
    }

    func get(_ path: String, as person: PackingHall.Person = .asha) async -> TestAnswer {
        await client.get("/bags/api/v1/\(path)", badge(person))
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue = .object([]), as person: PackingHall.Person = .admin,
        ifMatch tag: String? = nil
    ) async -> TestAnswer {
        var headers = badge(person)
        if let tag { headers.add("if-match", tag) }
        headers.add("content-type", "application/json")
        return await client.send(method, "/bags/api/v1/\(path)", headers, body: body.bytes)
    }

    private func badge(_ person: PackingHall.Person) -> Headers { ["authorization": "Bearer \(person)"] }
}

extension TestAnswer {
    /// A member of every item of a list.
    func items(_ member: String) -> [String] {
        json["items"]?.elements?.compactMap { $0[member]?.string } ?? []
    }
}
