import PorticoEvents
import PorticoJSON
import PorticoOutbound
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoWebhooks

@Suite(.timeLimit(.minutes(5))) struct WebhookDeliveryTests {
    @Test("a receiver gets what it asked for, signed, once, and the log says so", arguments: TestEngine.available)
    func delivers(engine: TestEngine) async throws {
        let server = try LocalServer { _ in .answer(204, body: []) }
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (id, secret) = try await office.subscribe(server.url + "/hook?token=a", kinds: ["bag.*"])
            try await office.tell(
                ("bag.created", "SB1", 1), ("scan.accepted", "SB1", 2), ("bag.created", "SB2", 3), ("other", "SB2", 4))
            try await office.work()
            #expect(Set(server.received.compactMap(\.number)) == [1, 3])
            for message in server.received {
                #expect(message.isSigned(with: [secret], at: PostOffice.start))
                #expect(message.headers["content-type"] == "application/json" && message.target == "/hook?token=a")
                let json = try JSONValue(parsing: message.body)
                #expect(json["type"] == "bag.created" && json["timestamp"] == .string(PostOffice.start.rfc3339))
            }
            let deliveries = try await office.deliveries(id)
            #expect(deliveries.count == 2 && deliveries.allSatisfy { $0.state == .delivered && $0.status == 204 })
            #expect(
                deliveries.map(\.messageID).sorted() == server.received.compactMap { $0.headers["webhook-id"] }.sorted()
            )
            let attempts = try await office.attempts(deliveries[0])
            #expect(attempts.count == 1 && attempts[0].error == nil && attempts[0].duration >= 0)
            try await office.pass(.hours(1))
            #expect(server.received.count == 2)
        }
    }

    @Test("what telling keeps back is not delivered, and nothing while paused", arguments: TestEngine.available)
    func keptBack(engine: TestEngine) async throws {
        let server = try LocalServer()
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (id, _) = try await office.subscribe(server.url)
            try await office.database.write { [outbox = office.outbox] in
                try outbox.publish(
                    Event("bag.created", key: "k", payload: ["secret": 1], at: PostOffice.start), in: $0)
            }
            try await office.tell(("bag.created", "k", 1))
            let wish = WebhookWish(name: "one", url: server.url, kinds: ["*"])
            try await office.work()
            _ = try await office.database.write { [desk = office.desk] in
                try desk.change(id, to: wish, isActive: false, owner: 3, in: $0)
            }
            try await office.tell(("bag.created", "k", 2))
            _ = try await office.database.write { [desk = office.desk] in
                try desk.change(id, to: wish, isActive: true, owner: 3, in: $0)
            }
            try await office.tell(("bag.created", "k", 3))
            try await office.work()
            #expect(server.received.compactMap(\.number) == [1, 3])
        }
    }

    @Test(
        "while a message waits for another try later ones of its key wait, and other keys go on",
        arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        let failures = Mutex<Set<Int64>>([1])
        let server = try LocalServer { request in
            let fails = failures.withLock { $0.remove(request.number ?? 0) != nil }
            return .answer(fails ? 500 : 200, body: Array("went wrong\0\u{1B}[31m".utf8))
        }
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (id, secret) = try await office.subscribe(server.url)
            try await office.tell(("bag.created", "a", 1), ("bag.created", "a", 2), ("bag.created", "b", 3))
            try await office.work()
            #expect(Set(server.received.compactMap(\.number)) == [1, 3])
            try await office.tell(("bag.created", "a", 4), ("bag.created", "b", 5))
            try await office.work()
            #expect(server.received.compactMap(\.number).last == 5)
            #expect(try await office.subscription(id)?.failingSince == nil)
            try await office.pass(.seconds(6))
            #expect(server.received.compactMap(\.number).suffix(3) == [1, 2, 4])
            let tries = server.received.filter { $0.number == 1 }
            #expect(tries.count == 2 && tries[0].headers["webhook-id"] == tries[1].headers["webhook-id"])
            #expect(tries[1].isSigned(with: [secret], at: office.clock.now()))
            let delivery = try #require(try await office.deliveries(id).last)
            let attempts = try await office.attempts(delivery)
            #expect(delivery.attempts == 2 && attempts.map(\.status) == [200, 500] && attempts[1].error == "status")
            #expect(attempts[1].excerpt == "went wrong\u{FFFD}\u{FFFD}[31m")
        }
    }

    @Test("after its last try a message has failed and later ones go on", arguments: TestEngine.available)
    func givesUp(engine: TestEngine) async throws {
        let server = try LocalServer { $0.number == 1 ? .hangUp : .answer(200) }
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (id, _) = try await office.subscribe(server.url)
            try await office.tell(("bag.created", "a", 1), ("bag.created", "a", 2))
            try await office.work()
            try await office.pass(.seconds(6))
            #expect(server.received.compactMap(\.number) == [1, 1])
            try await office.pass(.minutes(6))
            #expect(server.received.compactMap(\.number) == [1, 1, 1, 2])
            let deliveries = try await office.deliveries(id)
            #expect(deliveries.map(\.state) == [.delivered, .failed] && deliveries[1].error == "broken")
            let again = try await office.database.write { [desk = office.desk] in
                try desk.redeliver(deliveries[1].id, of: id, owner: 3, in: $0)
            }
            #expect(again.state == .waiting && again.attempts == 0)
            try await office.work()
            // The receiver hangs up on a connection that was kept, where the same try goes out once more on a new one.
            #expect(server.received.compactMap(\.number).prefix(5) == [1, 1, 1, 2, 1])
            #expect(try await office.deliveries(id).map(\.attempts) == [1, 1])
        }
    }

    @Test(
        "a receiver that is slow, away or redirects is tried again, for the right reason",
        arguments: TestEngine.available)
    func misbehaves(engine: TestEngine) async throws {
        let inside = try LocalServer()
        defer { inside.stop() }
        let slow = try LocalServer { _ in .silence }
        defer { slow.stop() }
        let redirecting = try LocalServer { _ in .answer(302, headers: [("Location", inside.url)]) }
        defer { redirecting.stop() }
        let limited = try LocalServer { _ in .answer(429, headers: [("Retry-After", "3600")]) }
        defer { limited.stop() }
        let away = try LocalServer()
        away.stop()
        let policy = WebhookPolicy(waits: [.seconds(5)], timeout: .seconds(2))
        try await withOffice(on: engine, policy: policy) { office in
            let expected = [
                slow.url: "timeout", redirecting.url: "redirect", limited.url: "status", away.url: "unreachable",
            ]
            var ids: [String: Int64] = [:]
            for url in expected.keys { ids[url] = try await office.subscribe(url).id }
            try await office.tell(("bag.created", "a", 1))
            try await office.work()
            for (url, error) in expected {
                let id = try #require(ids[url])
                let delivery = try #require(try await office.deliveries(id).first)
                #expect(delivery.error == error && delivery.state == .waiting, "\(url)")
                #expect((delivery.dueAt - PostOffice.start >= .hours(1)) == (url == limited.url))
            }
            #expect(inside.received.isEmpty)
        }
    }

    @Test("a name that leads to this machine is not called", arguments: TestEngine.available)
    func guarded(engine: TestEngine) async throws {
        let server = try LocalServer()
        defer { server.stop() }
        try await withOffice(on: engine, destination: DestinationPolicy(ports: nil)) { office in
            let (id, _) = try await office.subscribe("http://hooks.example.com:\(server.port)/")
            try await office.tell(("bag.created", "a", 1))
            try await office.work()
            #expect(try await office.deliveries(id).first?.error == "refused_destination" && server.received.isEmpty)
        }
        // Where anything may be called it does get there: what kept it away was its address.
        try await withOffice(on: engine) { office in
            _ = try await office.subscribe("http://hooks.example.com:\(server.port)/")
            try await office.tell(("bag.created", "a", 1))
            try await office.work()
            #expect(server.received.count == 1)
        }
    }

    @Test("addresses and names that lead to this machine or this house are not taken", arguments: TestEngine.available)
    func refused(engine: TestEngine) async throws {
        try await withOffice(on: engine, destination: DestinationPolicy(ports: nil)) { office in
            for url in [
                "http://localhost/", "http://hooks.localhost/", "http://printer.local/", "http://127.0.0.1/",
                "http://[::1]/", "http://10.0.0.1/", "http://2130706433/", "ftp://a/",
                "https://u:p@a/",
            ] {
                await #expect(throws: WebhookError.self, "\(url)") { try await office.subscribe(url) }
            }
        }
    }

    @Test(
        "a message that was sent before its process died is sent again with the same id",
        arguments: TestEngine.available)
    func diesInBetween(engine: TestEngine) async throws {
        let server = try LocalServer()
        defer { server.stop() }
        try await withOffice(on: engine) { office in
            let (id, _) = try await office.subscribe(server.url)
            try await office.tell(("bag.created", "a", 1))
            // The receiver has taken it, and nobody has written that down.
            let delivery = try #require(try await office.deliveries(id).first)
            try await office.work()
            try await office.database.write { transaction in
                try transaction.execute(
                    "test.undo", "UPDATE webhook_deliveries SET state = 'waiting' WHERE id = \(delivery.id)")
            }
            try await office.database.write { [desk = office.desk] in try desk.wake(id, in: $0) }
            try await office.work()
            let ids = server.received.compactMap { $0.headers["webhook-id"] }
            #expect(ids == [delivery.messageID, delivery.messageID])
        }
    }
}
