import PorticoEvents
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoWebhooks

@Suite(.timeLimit(.minutes(5))) struct WebhookMaskingTests {
    private static let name = "Asha \"A\" Räo/Singh"

    /// Publishes events that name people, and turns them into deliveries.
    private func publish(_ names: [String], in office: PostOffice) async throws {
        try await office.database.write { [outbox = office.outbox] in
            try outbox.publish(
                names.map {
                    Event(
                        "bag.created", key: "k",
                        payload: ["user_name": .string($0), "note": .string(WebhookMaskingTests.name)],
                        at: PostOffice.start)
                }, in: $0)
        }
        try await office.tell(("scan.accepted", "k", 1))
    }

    /// Masks the name in parts of two: everywhere, or but for messages that say that it is not the account's.
    /// - Returns: how many messages say something else now.
    private func mask(in office: PostOffice, of account: String? = nil) async throws -> Int {
        var changed = 0
        var place: Int64? = 0
        while let after = place {
            let step = try await office.database.write { [desk = office.desk] in
                try desk.mask(
                    "user_name", WebhookMaskingTests.name, as: "Somebody",
                    of: account.map { (member: "user_id", value: $0) }, after: after, limit: 2, in: $0)
            }
            changed += step.changed
            place = step.last
        }
        return changed
    }

    private func bodies(_ office: PostOffice) async throws -> [JSONValue] {
        try await office.database.read {
            try $0.all("test.bodies", "SELECT body FROM webhook_deliveries ORDER BY id") {
                try JSONValue(parsing: Array((try $0[0] as String).utf8))
            }
        }
    }

    @Test(
        "a name goes from the messages that have it as their member, with what receivers answered to them",
        arguments: TestEngine.available)
    func masks(engine: TestEngine) async throws {
        let server = try LocalServer { .answer(200, body: $0.body) }
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            _ = try await office.subscribe(server.url)
            try await publish([Self.name, "Ben", Self.name + "s", "asha \"a\" räo/singh", Self.name], in: office)
            try await office.work()
            #expect(try await mask(in: office) == 2)
            let names = try await bodies(office).map { $0["data"]?["user_name"]?.string }
            #expect(names == ["Somebody", "Ben", Self.name + "s", "asha \"a\" räo/singh", "Somebody", nil])
            let notes = try await bodies(office).compactMap { $0["data"]?["note"]?.string }
            #expect(notes == Array(repeating: Self.name, count: 5))
            let answers = try await office.database.read {
                try $0.all("test.answers", "SELECT excerpt FROM webhook_attempts ORDER BY delivery_id") {
                    try String?.read($0, 0)
                }
            }
            #expect(answers.map { $0 == nil } == [true, false, false, false, true, false])
            #expect(try await mask(in: office) == 0)
        }
    }

    @Test(
        "a name stays where the message says that it is another's, and goes where it says nothing",
        arguments: TestEngine.available)
    func masksByOwner(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.subscribe("https://example.org/")
            let owners: [JSONValue?] = ["7", "77", nil, .string("\"user_id\":\"7\""), "7"]
            try await office.database.write { [outbox = office.outbox] in
                try outbox.publish(
                    owners.map { owner -> Event in
                        var payload: JSONValue = ["user_name": .string(WebhookMaskingTests.name)]
                        if let owner { payload["user_id"] = owner }
                        return Event("bag.created", key: "k", payload: payload, at: PostOffice.start)
                    }, in: $0)
            }
            try await office.tell(("scan.accepted", "k", 1))
            #expect(try await mask(in: office, of: "7") == 3)
            let names = try await bodies(office).map { $0["data"]?["user_name"]?.string }
            let name = WebhookMaskingTests.name
            #expect(names == ["Somebody", name, "Somebody", name, "Somebody", nil])
            #expect(try await mask(in: office, of: "7") == 0)
        }
    }

    @Test("a message that waits is sent as it says now, under its id, and signed", arguments: TestEngine.available)
    func waiting(engine: TestEngine) async throws {
        let tally = Counting()
        let server = try LocalServer { _ in .answer(tally.next() == 0 ? 500 : 200) }
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (_, secret) = try await office.subscribe(server.url, kinds: ["bag.created"])
            try await publish([Self.name], in: office)
            try await office.work()
            #expect(try await mask(in: office) == 1)
            try await office.pass(.seconds(6))
            let sent = server.received
            #expect(sent.count == 2 && sent[0].headers["webhook-id"] == sent[1].headers["webhook-id"])
            let data = try JSONValue(parsing: try #require(sent.last).body)["data"]
            #expect(data?["user_name"] == "Somebody")
            #expect(sent.last?.isSigned(with: [secret], at: office.clock.now()) == true)
        }
    }
}
