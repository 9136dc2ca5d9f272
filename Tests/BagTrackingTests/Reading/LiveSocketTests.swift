import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The live topics over a WebSocket: who may watch what, what is heard, and how a client goes on.
@Suite(.timeLimit(.minutes(10))) struct LiveSocketTests {
    private func open(
        _ desk: ReadingDesk, as person: PackingHall.Person = .asha, _ more: KeyValuePairs<String, String> = [:]
    ) async throws -> LiveSocket {
        try LiveSocket(await answer(desk, as: person, more))
    }

    private func answer(
        _ desk: ReadingDesk, as person: PackingHall.Person = .asha, _ more: KeyValuePairs<String, String> = [:]
    ) async -> TestAnswer {
        var headers = LiveSocket.handshake(more)
        headers["authorization"] = "Bearer \(person)"
        return await desk.client.get("/bags/api/v1/socket", headers)
    }

    /// Events after a position, once there are so many.
    private func events(
        _ hall: PackingHall, after position: EventPosition = .start, count: Int
    ) async throws -> [PublishedEvent] {
        while true {
            let events = try await hall.database.read {
                try hall.outbox.events(after: position, through: EventPosition(id: .max), limit: 100, in: $0)
            }
            if events.count >= count { return events }
            await Task.yield()
        }
    }

    private func scans(_ told: [JSONValue]) -> [JSONValue] {
        told.filter { $0["type"] == "message" && $0["event"] == "scan" }
    }

    @Test("a scan is heard over the socket, by those of the area and nobody else", arguments: TestEngine.available)
    func heard(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let here = try await open(desk)
            let there = try await open(desk, as: .jaipur)
            #expect(await here.watch("area:lucknow")["type"] == "subscribed")
            #expect(await there.watch("area:jaipur")["type"] == "subscribed")
            try await hall.fill("SB00001", with: 1)
            desk.live.take(try await events(hall, count: 2))
            let heard = scans(await here.told { scans($0).count >= 2 })
            #expect(heard.map { $0["topic"] } == ["area:lucknow", "area:lucknow"])
            #expect(heard[1]["data"]?["code"] == "1000001")
            #expect(heard[1]["data"]?["child_count"] == 1)
            desk.live.hub.close()
            #expect(scans(await there.told { _ in there.closeCode == 1001 }).isEmpty)
        }
    }

    @Test("topics that may not be watched are refused one by one", arguments: TestEngine.available)
    func refused(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("M444-00001", by: .jaipur)
            let socket = try await open(try await ReadingDesk(hall))
            for (topic, code) in [
                ("area:jaipur", "area_not_found"), ("parent:M444-00001", "parent_not_found"),
                ("bill:1", "bill_not_found"), ("presence:bill:1", "bill_not_found"), ("job:1", "job_not_found"),
                ("weather", "validation_failed"), ("imports", "validation_failed"),
                ("stats;kind=child", "validation_failed"), ("area:lucknow;colour=red", "validation_failed"),
            ] {
                let answer = await socket.watch(topic)
                #expect(answer["type"] == "refused" && answer["code"] == .string(code), "\(topic): \(answer)")
            }
            for number in 0..<20 {
                #expect(await socket.watch("area:lucknow;outcome=o\(number)")["type"] == "subscribed")
            }
            #expect(await socket.watch("stats")["code"] == "too_many_subscriptions")
        }
    }

    @Test("pages of other sites are refused, and so is whoever may not see figures or speaks no WebSocket")
    func handshakes() async throws {
        try await withHall(on: .sqlite) { hall in
            let desk = try await ReadingDesk(hall)
            for origin in ["https://evil.example", "http://bags.test", "https://portico.test"] {
                let foreign = await answer(desk, ["origin": origin])
                #expect(foreign.status == 403 && foreign.problemCode == "origin_refused", "\(origin)")
            }
            #expect(await answer(desk, ["origin": "https://bags.test"]).status == 101)
            let plain = await desk.get("socket")
            #expect(plain.status == 426 && plain.problemCode == "websocket_expected")
            let stranger = await desk.client.get("/bags/api/v1/socket", LiveSocket.handshake())
            #expect(stranger.status == 401)
        }
    }

    @Test(
        "whoever comes back goes on without a gap and without hearing anything twice", arguments: TestEngine.available)
    func resumes(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let first = try await open(desk)
            _ = await first.watch("area:lucknow")
            try await hall.fill("SB00001", with: 2)
            let early = try await events(hall, count: 3)
            desk.live.take(early)
            let before = scans(await first.told { scans($0).count >= 3 })
            first.drop()

            try await hall.fill("SB00002", with: 3, from: 1_000_101)
            let last = try #require(early.last?.position)
            let late = try await events(hall, after: last, count: 4)
            desk.live.take(Array(late.dropLast()))
            let second = try await open(desk)
            let lastID = try #require(before.last?["id"]?.string)
            #expect(await second.watch("area:lucknow", after: lastID)["reset"] == false)
            desk.live.take(Array(late.suffix(1)))
            let after = scans(await second.told { scans($0).count >= 4 })
            #expect((before + after).map { $0["id"]?.string } == (early + late).map { Optional($0.position.text) })
        }
    }

    @Test("whose topics are one's own comes back without a question to the database", arguments: TestEngine.available)
    func questions(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let caller = hall.caller()
            func topics(_ text: String) async throws -> Set<String> {
                try await LiveTopics.parse(text, for: caller, services: hall.services)
            }
            let own = try await hall.database.budget(0) { try await topics("area:lucknow;kind=child,stats,presence") }
            #expect(own.isSuperset(of: ["area:lucknow;kind=child", "stats@lucknow"]) && own.count == 3)
            let one = try await hall.database.budget(0) {
                try await LiveTopics.one("area:lucknow", for: caller, services: hall.services)
            }
            #expect(one == "area:lucknow")
            await #expect(throws: Refusal.self) { try await topics("area:lucknow,area:jaipur") }
            await #expect(throws: Refusal.self) { try await topics("stats;kind=child") }
        }
    }

    @Test("a socket and a stream count together", arguments: TestEngine.available)
    func places(engine: TestEngine) async throws {
        var settings = BagSettings(publicURL: "https://bags.test")
        settings.streamsPerUser = 2
        try await withHall(on: engine, settings: settings) { hall in
            let desk = try await ReadingDesk(hall)
            let stream = await desk.get("stream?topics=stats")
            let socket = try await open(desk)
            #expect(await desk.get("stream?topics=stats").problemCode == "too_many_streams")
            #expect(await answer(desk).problemCode == "too_many_sockets")
            #expect(await answer(desk, as: .ravi).status == 101)
            socket.drop()
            #expect(stream.status == 200)
        }
    }

    @Test("a part of an area is heard as it was asked for", arguments: TestEngine.available)
    func parts(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let socket = try await open(desk)
            _ = await socket.watch("area:lucknow;kind=child")
            try await hall.fill("SB00001", with: 2)
            desk.live.take(try await events(hall, count: 3))
            let heard = scans(await socket.told { scans($0).count >= 2 })
            #expect(heard.map { $0["data"]?["kind"] } == ["child", "child"])
            #expect(heard.allSatisfy { $0["topic"] == "area:lucknow;kind=child" })
        }
    }

    @Test("calls answer what the routes answer, with the same permissions and rules", arguments: TestEngine.available)
    func calls(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            let desk = try await ReadingDesk(hall)
            let socket = try await open(desk)
            let bag = await socket.ask(["type": "call", "name": "bag", "input": ["code": "1000001"], "ref": "1"])
            #expect(bag["type"] == "result")
            #expect(bag["data"] == (await desk.get("bags/1000001")).json)
            let stats = await socket.ask(["type": "call", "name": "stats", "ref": "2"])
            #expect(stats["data"]?["scans"] == (await desk.get("stats")).json["scans"])
            let refusals: [(JSONValue, Int64, JSONValue)] = [
                (["name": "bag", "input": ["code": "SB00009"]], 404, "bag_not_found"),
                (["name": "bag", "input": ["code": 5]], 422, "validation_failed"),
                (["name": "bag"], 422, "validation_failed"),
                (["name": "stats", "input": ["area_code": "jaipur"]], 404, "area_not_found"),
                (["name": "rain"], 404, "call_not_found"),
            ]
            for (number, (call, status, code)) in refusals.enumerated() {
                var command = call
                command["type"] = "call"
                command["ref"] = .string("refused \(number)")
                let answer = await socket.ask(command)
                #expect(answer["type"] == "error", "\(answer)")
                #expect(answer["status"]?.int64 == status && answer["code"] == code, "\(answer)")
            }
        }
    }

    @Test(
        "whoever sends a token of somebody else is refused, and of their own goes on", arguments: TestEngine.available)
    func tokens(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let socket = try await open(try await ReadingDesk(hall))
            let foreign = await socket.ask(["type": "authenticate", "token": "biller", "ref": "1"])
            #expect(foreign["code"] == "token_refused")
            let own = await socket.ask(["type": "authenticate", "token": "asha", "ref": "2"])
            #expect(own["type"] == "authenticated")
        }
    }

    @Test("while the database can't tell who somebody is, they are not signed out, and a good token still counts")
    func unknown() async throws {
        let asha = Principal(
            accountID: 1, email: "asha@bags.test", name: "asha", roles: [], permissions: ["stats.read"])
        let head = RequestHead(
            method: .get, target: "/bags/api/v1/socket", headers: ["authorization": "Bearer first"],
            peer: "192.0.2.1")
        let badge = LiveBadge(head, opened: asha) { head in
            guard head.headers["authorization"] == "Bearer known" else {
                throw SQLError(.unavailable, message: "the server is away")
            }
            return asha
        }
        #expect(await badge.standing() == .unknown)
        let renew = try #require(badge.renewal)
        #expect(await renew("other") == .unknown)
        #expect(await renew("known") == .allowed)
        #expect(await badge.standing() == .allowed)
        #expect(await LiveBadge(head, opened: asha) { _ in nil }.standing() == .over)
    }

    @Test("whoever watches who is at work is told who comes", arguments: TestEngine.available)
    func presence(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let watcher = try await open(desk, as: .biller)
            _ = await watcher.watch("presence")
            let colleague = try await open(desk, as: .asha)
            func names(_ message: JSONValue, _ member: String) -> [String] {
                message["data"]?[member]?.elements?.compactMap { $0["name"]?.string } ?? []
            }
            // The colleague is noted when their socket has opened.
            let told = try await lookUntil(desk, watcher) { told in
                told.contains { names($0, "members").contains("asha") }
            }
            #expect(told.contains { $0["event"] == "presence" && $0["topic"] == "presence" })
            colleague.drop()
        }
    }

    private func lookUntil(
        _ desk: ReadingDesk, _ socket: LiveSocket, _ isEnough: ([JSONValue]) -> Bool
    ) async throws -> [JSONValue] {
        while !Task.isCancelled {
            await desk.live.news.look()
            let told = await socket.told { _ in true }
            if isEnough(told) { return told }
            await Task.yield()
        }
        throw CancellationError()
    }
}
