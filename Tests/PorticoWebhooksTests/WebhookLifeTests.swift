import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoIdentity
@testable import PorticoWebhooks

@Suite(.timeLimit(.minutes(5))) struct WebhookLifeTests {
    @Test(
        "a receiver that is gone ends its subscription; activated again it gets what waited",
        arguments: TestEngine.available)
    func gone(engine: TestEngine) async throws {
        let tally = Counting()
        let server = try LocalServer { _ in .answer(tally.next() == 0 ? 410 : 200) }
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (id, _) = try await office.subscribe(server.url)
            try await office.tell(("bag.created", "a", 1))
            try await office.work()
            let disabled = try #require(try await office.subscription(id))
            #expect(disabled.state == .disabled && disabled.reason?.contains("410") == true)
            #expect(office.told.names.withLock { $0 } == ["one"])
            try await office.tell(("bag.created", "a", 2))
            try await office.pass(.hours(1))
            #expect(server.received.count == 1)
            let wish = WebhookWish(name: "one", url: server.url, kinds: ["*"])
            let active = try await office.database.write { [desk = office.desk] in
                try desk.change(id, to: wish, isActive: true, owner: 3, in: $0)
            }
            #expect(active.state == .active && active.reason == nil)
            try await office.work()
            #expect(server.received.compactMap(\.number) == [1, 1])
        }
    }

    @Test(
        "the audit keeps where messages go, and nothing of the address that may be secret",
        arguments: [
            "https://hooks.example.com/s3cret", "https://hooks.example.com?token=s3cret",
            "https://hooks.example.com#s3cret", "https://hooks.example.com:443/a?token=s3cret",
        ])
    func audited(url: String) async throws {
        try await withOffice(on: .sqlite) { office in
            let (id, _) = try await office.subscribe(url)
            let subscription = try #require(try await office.subscription(id))
            #expect(subscription.audited["origin"]?.string == "https://hooks.example.com:443")
            #expect(!String(decoding: subscription.audited.bytes, as: UTF8.self).contains("s3cret"))
        }
    }

    @Test("a subscription that takes nothing for long is disabled with the reason", arguments: TestEngine.available)
    func sustained(engine: TestEngine) async throws {
        let server = try LocalServer { _ in .answer(503) }
        defer { server.stop() }
        let policy = WebhookPolicy(waits: Array(repeating: .hours(10), count: 20), disableAfter: .days(1))
        try await withOffice(on: engine, policy: policy) { office in
            let (id, _) = try await office.subscribe(server.url)
            try await office.tell(("bag.created", "a", 1))
            try await office.work()
            #expect(try await office.subscription(id)?.failingSince == PostOffice.start)
            try await office.pass(.hours(12))
            #expect(try await office.subscription(id)?.state == .active)
            try await office.pass(.hours(13))
            let disabled = try #require(try await office.subscription(id))
            #expect(disabled.state == .disabled && disabled.reason?.contains("503") == true)
            let count = server.received.count
            try await office.pass(.hours(100))
            #expect(server.received.count == count)
        }
    }

    @Test("while a secret is replaced both sign, afterwards the new one alone", arguments: TestEngine.available)
    func rotation(engine: TestEngine) async throws {
        let server = try LocalServer()
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (id, old) = try await office.subscribe(server.url)
            let new = try await office.database.write { [desk = office.desk] in
                try desk.rotateSecret(id, owner: 3, in: $0).secret
            }
            try await office.tell(("bag.created", "a", 1))
            try await office.work()
            let both = try #require(server.received.last)
            #expect(both.isSigned(with: [old], at: office.clock.now()))
            #expect(both.isSigned(with: [new], at: office.clock.now()))
            office.clock.advance(by: .hours(25))
            try await office.tell(("bag.created", "a", 2))
            try await office.work()
            let one = try #require(server.received.last)
            #expect(!one.isSigned(with: [old], at: office.clock.now()))
            #expect(one.isSigned(with: [new], at: office.clock.now()))
        }
    }

    @Test("secrets are stored sealed, and follow a change of the master secret", arguments: TestEngine.available)
    func sealed(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let (id, secret) = try await office.subscribe("https://example.org/")
            let stored = try await office.database.read {
                try $0.scalar("test.secret", "SELECT secret FROM webhook_subscriptions", as: [UInt8].self)
            }
            let sealed = try #require(stored)
            #expect(!sealed.contains(secret.key) && office.desk.open(sealed, of: id)?.key == secret.key)
            #expect(office.desk.open(sealed, of: id + 1) == nil && office.desk.openOld(sealed, of: id) == nil)
            let next = SecretKeys(master: Secret(Array(repeating: 8, count: 32)))
            let seal = FieldSeal(keys: next, previousKeys: [PostOffice.keys], purpose: "webhooks")
            for rotation in WebhookDesk.rotations {
                #expect(try await rotation.run(seal, in: office.database).unreadable.isEmpty)
            }
            let after = try await office.database.read {
                try $0.scalar("test.secret", "SELECT secret FROM webhook_subscriptions", as: [UInt8].self)
            }
            #expect(seal.isCurrent(try #require(after)))
        }
    }

    @Test("a ping waits for nothing", arguments: TestEngine.available)
    func ping(engine: TestEngine) async throws {
        let server = try LocalServer { $0.number == nil ? .answer(200) : .answer(500) }
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (id, _) = try await office.subscribe(server.url, kinds: ["bag.created"])
            try await office.tell(("bag.created", "a", 1))
            try await office.work()
            let ping = try await office.database.write { [desk = office.desk] in try desk.ping(id, owner: 3, in: $0) }
            #expect(ping.kind == WebhookDesk.pingKind)
            try await office.work()
            #expect(try await office.deliveries(id).first?.state == .delivered)
            await #expect(throws: WebhookError.unknown) {
                try await office.database.write { [desk = office.desk] in try desk.ping(id, owner: 4, in: $0) }
            }
        }
    }

    @Test(
        "old deliveries go, what was forgotten is woken, and a removed subscription leaves nothing",
        arguments: TestEngine.available)
    func tends(engine: TestEngine) async throws {
        let server = try LocalServer()
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (id, _) = try await office.subscribe(server.url)
            try await office.tell(("bag.created", "a", 1))
            try await office.database.write { try $0.execute("test.lose", "DELETE FROM jobs") }
            office.clock.advance(by: .minutes(6))
            try await office.tend()
            #expect(server.received.compactMap(\.number) == [1])
            office.clock.advance(by: .days(31))
            try await office.tend()
            #expect(try await office.deliveries(id).isEmpty)
            try await office.tell(("bag.created", "a", 2))
            _ = try await office.database.write { [desk = office.desk] in try desk.remove(id, owner: 3, in: $0) }
            try await office.work()
            let left = try await office.database.read {
                try $0.scalar(
                    "test.left",
                    "SELECT (SELECT count(*) FROM webhook_deliveries) + (SELECT count(*) FROM webhook_attempts)",
                    as: Int.self)
            }
            #expect(left == 0 && server.received.count == 1)
        }
    }

    @Test("an account has no more than it may", arguments: TestEngine.available)
    func most(engine: TestEngine) async throws {
        try await withOffice(on: engine, policy: WebhookPolicy(mostPerOwner: 2)) { office in
            for _ in 0..<2 { _ = try await office.subscribe("https://example.org/") }
            await #expect(throws: WebhookError.tooMany(limit: 2)) { try await office.subscribe("https://example.org/") }
        }
    }
}

extension PostOffice {
    /// Does what comes every ten minutes, and what follows from it.
    func tend() async throws {
        try await database.write { [jobs] in _ = try jobs.enqueue(TendWebhooks(), in: $0) }
        try await work()
    }
}
