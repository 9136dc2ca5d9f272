import Logging
// example
import PorticoHTTP
import PorticoIdentity
import PorticoJSON
import PorticoPages
import PorticoSQL
// end of example
import PorticoTelemetry
import PorticoTesting
// example
import PorticoValues
// end of example
import Testing

@Suite("The README's people", .timeLimit(.minutes(5))) struct ExampleTests {
    // example
    func people(_ database: Database, _ keys: SecretKeys, _ clock: Clock, _ hasher: PasswordHasher) -> Identity {
        let roles = RoleCatalog([
            (name: "admin", permissions: ["user.manage", "bag.read"]), (name: "packer", permissions: ["bag.read"]),
        ])
        var configuration = Identity.Configuration(
            application: "bags", database: database, keys: keys, clock: clock, roles: roles, isSecure: true)
        configuration.lockout.durationByRole = ["admin": .minutes(30)]
        return Identity(configuration, hasher: hasher)
    }

    func mount(_ identity: Identity, _ csrf: CSRFSigner, _ shell: @escaping @Sendable (RequestContext) -> PageShell)
        -> Mount
    {
        var mount = Mount(id: "bags", prefix: "/bags", title: "Bags", routes: [])
        mount.authenticator = identity.authenticator
        mount.idempotency = identity.idempotency
        mount.routes += identity.routes(csrf: csrf, appearance: IdentityRoutes.Appearance(shell: shell))
        mount.routes += identity.tokenRoutes + identity.ownerRoutes
        mount.routes += identity.accountPages(AccountAppearance(shell: shell))
        return mount
    }

    func hire(
        _ person: NewAccount, password: String, _ identity: Identity, _ hasher: PasswordHasher,
        in database: Database, at now: Instant
    ) async throws -> Account {
        let hash = try await hasher.hash(password)
        return try await database.write { transaction in
            let account = try identity.accounts.create(person, passwordHash: hash, at: now, in: transaction)
            try transaction.audit(
                AuditEntry("user.created", entity: "\(account.id)", after: ["role": .string(person.role)], at: now))
            return account
        }
    }
    // end of example

    @Test("are hired, written down, and sign in", arguments: TestEngine.available)
    func example(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            let hasher = try PasswordHasher()
            let clock = Clock(standingAt: Office.started)
            let csrf = CSRFSigner(key: Array(repeating: 9, count: 32))
            let identity = people(database, Office.keys(), clock, hasher)
            let email = try #require(EmailAddress("asha@example.org"))
            let person = NewAccount(email: email, name: "Asha Rao", role: "packer")
            let account = try await hire(
                person, password: Office.password, identity, hasher, in: database, at: clock.now())
            #expect(account.role == "packer")
            let audited = try await database.read { reading in
                try reading.all("test.audit", "SELECT action FROM audit_rows") { try $0[0] as String }
            }
            #expect(audited == ["user.created"])

            var configuration = Site.Configuration(
                mounts: [
                    mount(identity, csrf) { context in
                        PageShell(
                            title: "Sign in", application: "Bags", mark: .sack, home: "/bags/", assets: context.assets)
                    }
                ],
                csrf: csrf, clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                metrics: MetricsRegistry(), assets: AssetLinks { "/assets/\($0)" })
            configuration.isSecure = true
            let client = TestClient(try Site(configuration))
            let answer = try await client.signIn("asha@example.org", Office.password, at: "/bags")
            #expect(answer.json["user"]?["roles"] == ["packer"])
            await identity.authenticator.settle()
        }
    }
}
