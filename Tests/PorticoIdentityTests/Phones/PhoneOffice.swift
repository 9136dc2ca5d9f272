import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// Writes text messages into a table of the test's database, in the transaction that decides on them.
struct RecordingTexts: TextMessageQueue {
    static let component = SchemaComponent(
        name: "test_texts",
        migrations: [
            Migration(1, "text messages") { dialect in
                """
                CREATE TABLE test_texts (
                    id \(dialect.identity), recipient \(dialect.text) NOT NULL, body \(dialect.text) NOT NULL,
                    account_id \(dialect.integer) NOT NULL, expires_at \(dialect.integer) NOT NULL) \(dialect.strict);
                """
            }
        ])

    func enqueue(_ message: TextMessage, in transaction: Transaction) throws {
        try transaction.execute(
            "test_texts.insert",
            """
            INSERT INTO test_texts (recipient, body, account_id, expires_at)
            VALUES (\(message.to.text), \(message.text), \(message.accountID), \(message.expiresAt))
            """)
    }
}

/// An office that sends mail and text messages.
struct PhoneOffice: Sendable {
    static let path = "/bags/api/v1/phone"
    /// A number as somebody types it, as it is dialled, and as it is shown.
    static let typed = "+91 (98123) 45-678"
    static let number = "+919812345678"
    static let hidden = "+91 •••• 678"

    let post: PostOffice

    var office: Office { post.office }
    var clock: Clock { post.clock }
    var database: Database { post.database }
    var identity: Identity { post.identity }

    struct Sent: Sendable, Hashable {
        let to: String
        let text: String
        let accountID: Int64
        let expiresAt: Instant
    }

    /// The messages, the oldest first.
    func texts() async throws -> [Sent] {
        try await database.read { reading in
            try reading.all(
                "test_texts.list", "SELECT recipient, body, account_id, expires_at FROM test_texts ORDER BY id"
            ) { Sent(to: try $0[0], text: try $0[1], accountID: try $0[2], expiresAt: try $0[3]) }
        }
    }

    /// The code in the last message.
    func lastCode() async throws -> String {
        let code = try await texts().last?.text.prefix { $0.isNumber }
        let text = String(try #require(code))
        try #require(text.count == 6)
        return text
    }

    /// A code that is not the one.
    func wrong(_ code: String, _ step: Int = 1) -> String {
        let text = String(((Int(code) ?? 0) + step) % 1_000_000)
        return String(repeating: "0", count: 6 - text.count) + text
    }

    /// Asks for a code.
    func add(
        _ client: TestClient, _ number: String = PhoneOffice.typed, password: String = Office.password
    ) async -> TestAnswer {
        await client.post(PhoneOffice.path, ["number": .string(number), "password": .string(password)])
    }

    func confirm(_ client: TestClient, _ code: String) async -> TestAnswer {
        await client.post("\(PhoneOffice.path)/confirm", ["code": .string(code)])
    }

    func remove(_ client: TestClient, password: String = Office.password) async -> TestAnswer {
        let body: JSONValue = ["password": .string(password)]
        return await client.send(.delete, PhoneOffice.path, ["content-type": "application/json"], body: body.bytes)
    }

    /// Gives an account a confirmed phone, without anybody asking for it.
    func equip(_ account: Account, _ number: String = PhoneOffice.number) async throws {
        let wanted = try #require(PhoneNumber(number))
        let now = clock.now()
        try await database.write { [phones = identity.phones] in
            try phones.begin(wanted, for: account, at: now, in: $0)
        }
        let code = try await lastCode()
        let confirmed = try await database.write { [phones = identity.phones] in
            try phones.confirm(code, of: account, at: now, in: $0)
        }
        #expect(confirmed == wanted)
    }

    /// What lies in the table: the confirmed number and the one that waits.
    func sealed(_ account: Account) async throws -> (number: [UInt8]?, pending: [UInt8]?) {
        let row = try await database.read {
            try $0.first("test.phone", "SELECT number, pending FROM phones WHERE account_id = \(account.id)") {
                (number: try [UInt8]?.read($0, 0), pending: try [UInt8]?.read($0, 1))
            }
        }
        return try #require(row)
    }

    func standing(_ account: Account, of node: Identity? = nil) async throws -> PhoneStore.Standing {
        let (phones, now) = ((node ?? identity).phones, clock.now())
        return try await database.read { try phones.standing(of: account.id, at: now, in: $0) }
    }
}

/// Gives an office that sends mail and text messages, on a fresh database, to `body`.
func withPhoneOffice(
    on engine: TestEngine, configure: @escaping Office.Configure = { _ in }, _ body: (PhoneOffice) async throws -> Void
) async throws {
    let components = [IdentitySchema.component, RecordingQueue.component, RecordingTexts.component]
    try await withDatabase(on: engine, components: components) { database in
        let office = try await Office(database) { configuration in
            configuration.mail = AccountMail(
                queue: RecordingQueue(), publicURL: PostOffice.publicURL, title: "Bag tracking")
            configuration.texts = AccountTexts(queue: RecordingTexts(), title: "Bag tracking")
            configure(&configuration)
        }
        try await body(PhoneOffice(post: PostOffice(office: office)))
        await office.identity.authenticator.settle()
    }
}
