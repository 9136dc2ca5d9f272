import PorticoJSON
import PorticoPostgreSQL
import PorticoSQL
import PorticoTesting
import Synchronization
import Testing

@Suite(
    "Nodes beside a copy of their PostgreSQL",
    .enabled(
        if: Program.isThere && PostgreSQLCluster.programs != nil,
        "PORTICO_BINARY names no program, or there are no programs of a PostgreSQL server"),
    .serialized, .timeLimit(.minutes(10)))
struct ReplicaTests {
    private let rounds = 28

    @Test("never show a session less than it has written, while a copy a second behind answers others")
    func readsOwnWrites() async throws {
        try await withNodes(2, ["recovery_min_apply_delay=1000"]) { nodes, _, _ in
            let dispatcher = try await Browser.signedIn(as: "dispatcher", at: nodes[0])
            let reader = try await Browser.signedIn(as: "biller", at: nodes[1])
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: nodes[0]))
            let sack = try await hall.sacks(2)[0]
            #expect(try await reader.get("/bags?limit=5", at: nodes[1]).status == 200)
            var stale = 0
            for round in 0..<rounds {
                let attempt = hall.attempt(into: sack)
                // Only the cookie tells the other node; later both have written, and their answers take turns.
                let turn = round < rounds / 2 ? 0 : round % 2
                let (here, there) = (nodes[turn], nodes[1 - turn])
                let answer = try await dispatcher.post("/scans/child", attempt.body, at: here)
                guard answer.status == 201 else { break }
                let list = try await dispatcher.get("/bags?kind=child&limit=5", at: there)
                if list.json["items"]?.elements?.first?["code"]?.string != attempt.code { stale += 1 }
                let scans = try await dispatcher.get("/scans?limit=5", at: here)
                if scans.json["items"]?.elements?.first?["code"]?.string != attempt.code { stale += 1 }
                #expect(try await reader.get("/bags?limit=5", at: there).status == 200)
            }
            #expect(stale == 0)
            #expect(dispatcher.carried != nil)
            let answered = try await total("portico_sql_replica_reads_total", at: nodes)
            #expect(answered > 0, "others were answered by the copy")
            #expect(try await total("portico_sql_replica_declined_total", at: nodes) > 0)
        }
    }

    @Test("show a program what anybody has written before it asks")
    func programs() async throws {
        try await withNodes(2, ["recovery_min_apply_delay=500"]) { nodes, _, _ in
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: nodes[0]))
            let sack = try await hall.sacks(1)[0]
            let token = try await bearer(at: nodes[1])
            for _ in 0..<20 {
                let attempt = hall.attempt(into: sack)
                #expect(try await hall.scan(attempt).status == 201)
                let list = try await onThread { try token.get("/bags?kind=child&limit=1") }
                #expect(list.json["items"]?.elements?.first?["code"]?.string == attempt.code)
            }
        }
    }

    @Test("go on without a copy that was killed, and use it again when it is back")
    func killed() async throws {
        try await withNodes(1, []) { nodes, copy, cluster in
            let node = nodes[0]
            let reader = try await Browser.signedIn(as: "biller", at: node)
            try await eventually("reads at the copy") {
                #expect(try await reader.get("/bags?limit=5", at: node).status == 200)
                return try await total("portico_sql_replica_reads_total", at: nodes) > 0
            }
            try await copy.kill()
            try await eventually("the copy out of service") {
                #expect(try await reader.get("/bags?limit=5", at: node).status == 200)
                return try await total("portico_sql_replica_following", at: nodes) == 0
            }
            let health = try await Visitor(port: node.port).send("GET", "/health")
            #expect(health.json["state"]?.string == "degraded")
            #expect(try await Visitor(port: node.port).send("GET", "/readyz").status == 200)
            let again = try await cluster.restart("copy", like: copy)
            let before = try await total("portico_sql_replica_reads_total", at: nodes)
            try await eventually("reads at the copy again") {
                #expect(try await reader.get("/bags?limit=5", at: node).status == 200)
                return try await total("portico_sql_replica_reads_total", at: nodes) > before
            }
            try await again.kill()
        }
    }

    @Test("eject a copy that is too far behind, and take it back when it has caught up")
    func behind() async throws {
        try await withNodes(1, [], ["--set", "database.replica_lag_seconds=1"]) { nodes, copy, _ in
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: nodes[0]))
            let following = { try await total("portico_sql_replica_following", at: nodes) == 1 }
            try await eventually("the copy in service", following)
            _ = try await copy.ask("SELECT pg_wal_replay_pause()")
            _ = try await hall.sacks(1)
            try await eventually("the copy out of service") { try await !following() }
            // It goes on growing while the copy stands still; the metric is that of the last look.
            try await eventually("its lag told") { try await total("portico_sql_replica_lag_seconds", at: nodes) > 1 }
            _ = try await copy.ask("SELECT pg_wal_replay_resume()")
            try await eventually("the copy back in service", following)
            try await eventually("its lag to be gone") {
                try await total("portico_sql_replica_lag_seconds", at: nodes) < 1
            }
        }
    }

    @Test("read at the primary what the copy's replay has cancelled")
    func conflict() async throws {
        try await PostgreSQLCluster.open { cluster in
            let primary = try await cluster.primary()
            let copy = try await cluster.copy(of: primary, as: "copy", ["max_standby_streaming_delay=0"])
            var configuration = PostgreSQLEngine.Configuration(url: primary.url, schema: "test", base: 1, overflow: 3)
            configuration.replicas = [ReplicaAddress(url: copy.url)]
            let engine = try await PostgreSQLEngine.open(configuration)
            let database = Database(engine: engine, queries: .silent)
            _ = try await primary.ask("CREATE TABLE test.things (id int); INSERT INTO test.things VALUES (1)")
            try await eventually("the copy in service") { engine.replicas.allSatisfy(\.isFollowing) }
            let places = Places()
            async let count = database.read(.present) { reading in
                let isCopy = try reading.scalar("test.place", "SELECT pg_is_in_recovery()::int", as: Int.self) == 1
                let count = try reading.scalar("test.count", "SELECT count(*) FROM things", as: Int.self) ?? 0
                places.add(isCopy)
                // On the copy until its replay ends this read.
                for _ in 0..<500 where isCopy {
                    _ = try reading.scalar("test.rest", "SELECT pg_sleep(0.02)", as: String?.self)
                }
                return count
            }
            try await eventually("the read at the copy") { !places.all.isEmpty }
            _ = try await primary.ask("TRUNCATE test.things")
            #expect(try await count == 0)
            #expect(places.all == [true, false])
            let isFollowing = engine.replicas.map(\.isFollowing)
            #expect(isFollowing == [true], "a conflict is no reason to be taken out of service")
            await engine.close()
            try await copy.kill()
            try await primary.kill()
        }
    }

    /// Runs nodes on a primary with a copy.
    /// - Parameters:
    ///   - settings: of the copy.
    ///   - more: arguments of the nodes.
    private func withNodes(
        _ count: Int, _ settings: [String], _ more: [String] = [],
        _ body: ([RunningPortico], PostgreSQLCluster.Server, PostgreSQLCluster) async throws -> Void
    ) async throws {
        try await PostgreSQLCluster.open { cluster in
            let primary = try await cluster.primary()
            let copy = try await cluster.copy(of: primary, as: "copy", settings)
            try await Premises.open(.sqlite) { premises in
                let database = [
                    "--set", "database.url=\(primary.url)", "--set", "database.replicas=\(copy.url) weight=2",
                ]
                var nodes: [RunningPortico] = []
                for number in 0..<count {
                    nodes.append(try await RunningPortico.start(premises, demo: number == 0, database + more))
                }
                try await eventually("copies in service") {
                    try await total("portico_sql_replica_following", at: nodes) == Double(count)
                }
                try await body(nodes, copy, cluster)
                for node in nodes { try await node.stop() }
            }
            if !copy.hasEnded { try await copy.kill() }
            try await primary.kill()
        }
    }

    /// The sum of a metric over its series and nodes.
    private func total(_ name: String, at nodes: [RunningPortico]) async throws -> Double {
        var sum = 0.0
        for node in nodes {
            let text = try await Visitor(port: node.port).send("GET", "/metrics").text
            for line in text.split(separator: "\n") where line.hasPrefix("\(name){") {
                sum += line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
            }
        }
        return sum
    }

    private func bearer(at node: RunningPortico) async throws -> Program.Client {
        let body: JSONValue = ["email": "biller@bags.demo", "password": .string(Visitor.password)]
        let answer = try await Visitor(port: node.port).post("/tokens", body)
        return Program.Client(port: node.port, token: answer.json["access_token"]?.string ?? "")
    }
}

/// Where a read has run: whether at the copy.
private final class Places: Sendable {
    private let places = Mutex<[Bool]>([])

    var all: [Bool] { places.withLock(\.self) }

    func add(_ isCopy: Bool) {
        places.withLock { $0.append(isCopy) }
    }
}

extension Program {
    /// A program that calls the API with a token.
    struct Client: Sendable {
        let port: Int
        let token: String

        func get(_ path: String) throws -> Answer {
            let connection = try HTTPConnection(port: port)
            try connection.send(
                Array(
                    """
                    GET \(Visitor.api)\(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAuthorization: Bearer \(token)\r\n\r\n
                    """.utf8))
            return try connection.answer()
        }
    }
}
