import PorticoEvents
import PorticoJSON
import PorticoValues
import Testing

/// What every transport of events does. Takes a fresh one with four partitions, and a way to make it lose everything.
struct TransportConformance {
    let transport: any EventTransport
    let lose: () async throws -> Void

    init(_ transport: any EventTransport, lose: @escaping () async throws -> Void) {
        self.transport = transport
        self.lose = lose
    }

    static func event(_ id: Int64, key: String = "k") -> PublishedEvent {
        PublishedEvent(
            position: EventPosition(id: id),
            event: Event(
                "thing.changed", key: key, payload: ["number": .integer(id), "text": "ü\u{0}\"x"],
                at: Instant(milliseconds: 1_790_000_000_123)))
    }

    private let span = Span.seconds(60)

    private func receive(
        _ key: String, _ consumer: String = "one", group: String = "g", limit: Int = 100
    ) async throws -> [ReceivedEvent] {
        let partition = transport.partition(of: key)
        _ = try await transport.claim(partition, group: group, consumer: consumer, lease: span)
        return try await transport.receive(partition, group: group, consumer: consumer, limit: limit)
    }

    /// All of them, one after another on one transport, each with keys and groups of its own.
    func run() async throws {
        try await ordersAndAcknowledges()
        try await appendsOnce()
        try await receivesAgain()
        try await keepsGroupsApart()
        try await sharesPartitions()
        try await tellsOfLosses()
    }

    func ordersAndAcknowledges() async throws {
        let standing = try await transport.standing(of: ["g"])
        #expect(standing == EventTransportStanding(last: .start, firstOpen: nil))
        try await transport.append((1...5).map { Self.event($0) }, for: ["g"], following: .start)
        let first = try await receive("k", limit: 3)
        #expect(first.map(\.event) == (1...3).map { Self.event($0) } && first.allSatisfy { $0.deliveries == 1 })
        #expect(first.allSatisfy { $0.partition == transport.partition(of: "k") })
        #expect(try await transport.standing(of: ["g"]).firstOpen == EventPosition(id: 1))
        try await transport.acknowledge(first, group: "g")
        #expect(try await transport.standing(of: ["g"]).firstOpen == EventPosition(id: 4))
        let second = try await receive("k")
        #expect(second.map(\.event.position.id) == [4, 5])
        try await transport.acknowledge(second, group: "g")
        #expect(try await receive("k").isEmpty)
        let end = try await transport.standing(of: ["g"])
        #expect(end == EventTransportStanding(last: EventPosition(id: 5), firstOpen: nil))
    }

    func appendsOnce() async throws {
        try await transport.append((4...7).map { Self.event($0) }, for: ["g"], following: EventPosition(id: 5))
        try await transport.append((6...7).map { Self.event($0) }, for: ["g"], following: .start)
        let news = try await receive("k")
        #expect(news.map(\.event.position.id) == [6, 7])
        try await transport.acknowledge(news, group: "g")
        #expect(try await transport.standing(of: ["g"]).last == EventPosition(id: 7))
    }

    func receivesAgain() async throws {
        try await transport.append((8...10).map { Self.event($0) }, for: ["g"], following: .start)
        #expect(try await receive("k").count == 3)
        // Not acknowledged: one at a time now, so that one which ends its handler does not count against the others.
        let again = try await receive("k")
        #expect(again.map(\.event.position.id) == [8] && again[0].deliveries == 2)
        let third = try await receive("k")
        #expect(third.map(\.event.position.id) == [8] && third[0].deliveries == 3)
        try await transport.acknowledge(third, group: "g")
        // The consumer is gone; its successor gets what it left behind.
        let partition = transport.partition(of: "k")
        #expect(try await !transport.claim(partition, group: "g", consumer: "two", lease: span))
        try await transport.release(partition, group: "g", consumer: "one")
        #expect(try await transport.claim(partition, group: "g", consumer: "two", lease: span))
        var left: [Int64] = []
        while case let next = try await transport.receive(partition, group: "g", consumer: "two", limit: 5),
            !next.isEmpty
        {
            #expect(next.allSatisfy { $0.deliveries == 2 })
            left += next.map(\.event.position.id)
            try await transport.acknowledge(next, group: "g")
        }
        #expect(left == [9, 10])
        try await transport.release(partition, group: "g", consumer: "two")
    }

    func keepsGroupsApart() async throws {
        try await transport.append([Self.event(11)], for: ["g", "h"], following: .start)
        let first = try await receive("k", group: "g")
        #expect(first.map(\.event.position.id) == [11])
        try await transport.acknowledge(first, group: "g")
        #expect(try await transport.standing(of: ["g"]).firstOpen == nil)
        #expect(try await transport.standing(of: ["g", "h"]).firstOpen != nil)
        while case let next = try await receive("k", group: "h"), !next.isEmpty {
            try await transport.acknowledge(next, group: "h")
        }
        #expect(try await transport.standing(of: ["g", "h"]).firstOpen == nil)
    }

    func sharesPartitions() async throws {
        for partition in 0..<transport.partitions {
            #expect(try await transport.claim(partition, group: "s", consumer: "one", lease: span))
        }
        #expect(try await !transport.claim(0, group: "s", consumer: "two", lease: span))
        var kept: [Int] = []
        for partition in 0..<transport.partitions
        where try await transport.claim(partition, group: "s", consumer: "one", lease: span) { kept.append(partition) }
        var given: [Int] = []
        for partition in 0..<transport.partitions
        where try await transport.claim(partition, group: "s", consumer: "two", lease: span) { given.append(partition) }
        #expect(kept.count == transport.partitions / 2 && given.count == transport.partitions / 2)
        #expect(Set(kept).isDisjoint(with: given))
        try await transport.release(given[0], group: "s", consumer: "two")
        #expect(try await transport.claim(given[0], group: "s", consumer: "one", lease: span))
    }

    func tellsOfLosses() async throws {
        try await lose()
        #expect(try await transport.standing(of: ["g"]).last == .start)
        await #expect(throws: EventTransportLoss.self) {
            try await transport.append([Self.event(13)], for: ["g"], following: EventPosition(id: 11))
        }
        #expect(try await transport.standing(of: ["g"]).last == .start)
        try await transport.append((12...13).map { Self.event($0) }, for: ["g"], following: .start)
        #expect(try await receive("k", "three").map(\.event.position.id) == [12, 13])
    }
}

/// Events of many keys, told on one node and handled on two, while the transport loses everything again and again.
struct TransportRoundTrip {
    let town: Town
    let transport: any EventTransport

    /// - Parameter disturb: called between events, with how many have been told.
    func run(_ count: Int, disturb: (Int) async throws -> Void) async throws -> [Int] {
        let scribe = Scribe("group")
        let bridge = EventBridge(
            "test", database: town.database, outbox: town.outbox, transport: transport, groups: ["group"],
            clock: town.clock, logger: town.logger, metrics: town.metrics, interval: .milliseconds(5))
        let workers = (0..<2).map { _ in
            EventTransportWorker(
                scribe, transport: transport, database: town.database, outbox: town.outbox, clock: town.clock,
                logger: town.logger, metrics: town.metrics)
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await bridge.run() }
            for worker in workers { group.addTask { await worker.run() } }
            for number in 1...count {
                try await town.tell("key\(number % 5)", number)
                try await disturb(number)
            }
            while Set(scribe.handled).count < count { try await Task.sleep(for: .milliseconds(10)) }
            group.cancelAll()
            try await group.waitForAll()
            return scribe.handled
        }
    }

    /// Whether the first coming of each number of a key is in order: what comes again may come late.
    static func isOrdered(_ handled: [Int]) -> Bool {
        (0..<5).allSatisfy { key in
            var seen: Set<Int> = []
            let firsts = handled.filter { $0 % 5 == key && seen.insert($0).inserted }
            return firsts == firsts.sorted()
        }
    }
}
