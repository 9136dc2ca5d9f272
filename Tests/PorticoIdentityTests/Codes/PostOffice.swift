import Logging
import PorticoHTTP
import PorticoJSON
import PorticoPages
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues

@testable import PorticoIdentity

/// Writes mails into a table of the test's database, in the transaction that decides on them.
struct RecordingQueue: PersonalMailQueue {
    static let component = SchemaComponent(
        name: "test_mails",
        migrations: [
            Migration(1, "mails") { dialect in
                """
                CREATE TABLE test_mails (
                    id \(dialect.identity), recipient \(dialect.text) NOT NULL, subject \(dialect.text) NOT NULL,
                    body \(dialect.text) NOT NULL, kind \(dialect.text) NOT NULL) \(dialect.strict);
                """
            }
        ])

    func enqueue(_ mail: PersonalMail, in transaction: Transaction) throws {
        try transaction.execute(
            "test_mails.insert",
            """
            INSERT INTO test_mails (recipient, subject, body, kind)
            VALUES (\(mail.to), \(mail.subject), \(mail.text), \(mail.kind))
            """)
    }
}

/// An office that sends mail.
struct PostOffice: Sendable {
    static let publicURL = "https://bags.example"

    let office: Office

    var clock: Clock { office.clock }
    var database: Database { office.database }
    var identity: Identity { office.identity }

    /// The mails of a kind, the oldest first.
    func mails(_ kind: String? = nil) async throws -> [PersonalMail] {
        let all = try await database.read { reading in
            try reading.all("test_mails.list", "SELECT recipient, subject, body, kind FROM test_mails ORDER BY id") {
                PersonalMail(to: try $0[0], subject: try $0[1], text: try $0[2], kind: try $0[3])
            }
        }
        return all.filter { kind == nil || $0.kind == kind }
    }

    /// The code in the last mail that has one.
    func lastCode() async throws -> String {
        guard let text = try await mails("account.code").last?.text,
            let code = text.split(whereSeparator: \.isWhitespace).first(where: {
                $0.count == 6 && $0.allSatisfy(\.isNumber)
            })
        else { throw Missing() }
        return String(code)
    }

    /// The token in the link of the last mail of a kind.
    func lastToken(_ kind: String) async throws -> String {
        guard let text = try await mails(kind).last?.text,
            let token = text.split(separator: "?token=").dropFirst().first?.prefix(43), token.count == 43
        else { throw Missing() }
        return String(token)
    }

    func actions() async throws -> [String] {
        try await database.read {
            try $0.all("test.audit", "SELECT action FROM audit_rows ORDER BY seq") { try String.read($0, 0) }
        }
    }

    /// The site with all routes of identity.
    func site(
        of node: Identity? = nil, desk: InvitationDesk<NoInput> = InvitationDesk(permission: "user.manage"),
        more: [Route] = []
    ) throws -> Site {
        let identity = node ?? office.identity
        let csrf = CSRFSigner(key: Array(repeating: 9, count: 32))
        let assets = AssetLinks { "/assets/\($0)" }
        let appearance = IdentityRoutes.Appearance { context in
            PageShell(title: "Sign in", application: "Bags", mark: .sack, home: "/bags/", assets: context.assets)
        }
        var mount = Mount(
            id: "bags", prefix: "/bags", title: "Bags",
            routes: identity.routes(csrf: csrf, appearance: appearance) + identity.tokenRoutes + identity.ownerRoutes
                + identity.apiKeyRoutes + identity.mailedLinkRoutes(appearance: appearance)
                + identity.invitationRoutes(desk, csrf: csrf, appearance: appearance)
                + identity.accountPages(
                    AccountAppearance { context in
                        PageShell(
                            title: "", application: "Bags", mark: .sack, home: "/bags/", assets: context.assets,
                            csrfToken: context.csrf.value)
                    }) + more)
        mount.authenticator = identity.authenticator
        mount.idempotency = identity.idempotency
        return try Site(
            Site.Configuration(
                mounts: [mount], csrf: csrf, clock: clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                assets: assets))
    }

    func client(_ site: Site? = nil) throws -> TestClient { TestClient(try site ?? self.site()) }

    /// A client that is signed in.
    func signedIn(_ email: String = "asha@example.org", password: String = Office.password) async throws -> TestClient {
        let client = try client()
        try await client.signIn(email, password, at: "/bags")
        return client
    }

    func signIn(_ client: TestClient, password: String = Office.password, code: String? = nil) async -> TestAnswer {
        var body: JSONValue = ["email": "asha@example.org", "password": .string(password)]
        if let code { body["code"] = .string(code) }
        return await client.post("/bags/api/v1/session", body)
    }
}

/// Gives an office that sends mail, on a fresh database, to `body`.
func withPostOffice(
    on engine: TestEngine, queries: QueryLog = .silent, configure: @escaping Office.Configure = { _ in },
    _ body: (PostOffice) async throws -> Void
) async throws {
    let components = [IdentitySchema.component, RecordingQueue.component]
    try await withDatabase(on: engine, components: components, queries: queries) { database in
        let office = try await Office(database) { configuration in
            configuration.mail = AccountMail(
                queue: RecordingQueue(), publicURL: PostOffice.publicURL, title: "Bag tracking")
            configure(&configuration)
        }
        try await body(PostOffice(office: office))
        await office.identity.authenticator.settle()
    }
}

/// Does `work` thirty times at once and says how often it came out true.
func thirtyAtOnce(_ work: @escaping @Sendable (Int) async throws -> Bool) async throws -> Int {
    try await withThrowingTaskGroup(of: Bool.self) { group in
        for index in 0..<30 { group.addTask { try await work(index) } }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
}
