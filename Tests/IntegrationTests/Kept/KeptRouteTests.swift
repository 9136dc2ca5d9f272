import Glibc
import PorticoJSON
import PorticoTesting
import Testing

/// What nodes and clients keep of answers is never older than the last change at any node, and never another person's.
@Suite(
    "Kept answers on three nodes with a Redis",
    .enabled(if: Program.isThereWithServer && RedisServer.path != nil, Program.missingServer),
    .timeLimit(.minutes(20)))
struct KeptRouteTests {
    /// Answers hold links; nodes behind one address tell the same ones.
    private static let address = ["--set", "public_url=https://warehouse.example"]

    /// What three nodes share.
    private struct House {
        let premises: Premises
        let nodes: [RunningPortico]
        let redis: RedisServer
        let server: ChildProcess
        let routes: KeptRoutes
        let scene: KeptScene
    }

    private func withHouse(_ body: (House) async throws -> Void) async throws {
        let routes = try await KeptRoutes.declared()
        try await Premises.open(.postgresql) { premises in
            let redis = try RedisServer()
            let server = try await redis.start()
            var nodes = [try await RunningPortico.start(premises, KeptRouteTests.address + redis.arguments)]
            for _ in 0..<2 {
                nodes.append(
                    try await RunningPortico.start(
                        premises, demo: false, KeptRouteTests.address + redis.arguments))
            }
            let scene = try await KeptScene(at: nodes[0])
            let house = House(
                premises: premises, nodes: nodes, redis: redis, server: server, routes: routes, scene: scene)
            try await body(house)
            for node in nodes { try await node.stop() }
        }
    }

    /// Changes everything, one thing after the other, at one node after the other.
    private func changeAll(_ house: House, at nodes: [RunningPortico], from start: Int = 0) async throws {
        for (number, reading) in house.scene.readings.enumerated() {
            try await reading.prove(
                house.scene.admin, changingAt: nodes[(number + start) % nodes.count], nodes: nodes,
                isValidated: house.routes.isValidated(reading.route))
        }
    }

    private func people(_ house: House, secretsOfHisar: [String]) async throws -> [KeptPerson] {
        let roles: [(name: String, role: String, area: String?)] = [
            ("admin", "admin", nil), ("biller", "biller", nil), ("dispatcher", "dispatcher", "lucknow"),
            ("gatekeeper", "gatekeeper", "lucknow"), ("dispatcher.hisar", "dispatcher", "hisar"),
        ]
        var people: [KeptPerson] = []
        for person in roles {
            let secrets = person.area == nil ? [] : person.area == "lucknow" ? secretsOfHisar : [house.scene.sack]
            people.append(
                KeptPerson(
                    name: person.name, role: person.role, area: person.area, secrets: secrets,
                    visitor: try await Visitor.signedIn(as: person.name, at: house.nodes[people.count % 3])))
        }
        return people
    }

    @Test("a change at any node shows at once at every node, on each route whose answers are kept")
    func freshness() async throws {
        try await withHouse { house in
            // Whoever declares a further route to be kept says here how it is made to change.
            #expect(Set(house.scene.readings.map(\.route)) == house.routes.names)
            for start in 0..<3 { try await changeAll(house, at: house.nodes, from: start) }
        }
    }

    @Test("nobody is ever given another person's answer, whoever asks first and whatever changes meanwhile")
    func separation() async throws {
        try await withHouse { house in
            let hall = house.scene.yard.hall
            let sack = hall.unregisteredSack()
            let hisar = try await Visitor.signedIn(as: "dispatcher.hisar", at: house.nodes[0])
            #expect(try await hisar.post("/scans/parent", ["code": .string(sack)]).status == 201)
            let people = try await people(house, secretsOfHisar: [sack])
            let session = KeptReading(route: "currentSession", target: "\(Visitor.api)/session")
            let readings = house.scene.readings + [session]
            let found = try await whileAsking(
                people, readings, at: house.nodes, { $0.fault($1, $2, house.routes) }
            ) {
                for round in 0..<24 {
                    let node = house.nodes[round % 3]
                    try await house.scene.pack(at: node)
                    #expect(try await hall.scan(hall.attempt(into: sack), by: hisar.at(node)).status == 201)
                    try await house.scene.change(
                        "PATCH", "/bills/\(house.scene.bill)", ["description": .string(house.scene.word("Cargo"))],
                        at: node)
                }
            }
            #expect(found.faults.isEmpty, "\(found.faults)")
            #expect(found.answers > people.count * readings.count)
        }
    }

    @Test("a Redis that is killed and comes back and a node that is killed cost no answer, and nothing is old")
    func outages() async throws {
        try await withHouse { house in
            let people = try await people(house, secretsOfHisar: [])
            let victim = house.nodes[2]
            let survivors = Array(house.nodes.prefix(2))
            let found = try await whileAsking(
                people, house.scene.readings, at: house.nodes, victim: victim,
                { person, reading, answer in
                    answer.status < 500 ? nil : "\(person.name) at \(reading): \(answer.status) \(answer.text)"
                }
            ) {
                house.server.send(SIGKILL)
                _ = try await house.server.ended()
                try await changeAll(house, at: house.nodes)
                let server = try await house.redis.start()
                try await victim.kill()
                try await changeAll(house, at: survivors, from: 1)
                let another = try await RunningPortico.start(
                    house.premises, demo: false, KeptRouteTests.address + house.redis.arguments)
                try await changeAll(house, at: survivors + [another], from: 2)
                try await another.stop()
                #expect(!server.isOver)
            }
            #expect(found.faults.isEmpty, "\(found.faults)")
            #expect(found.answers > people.count * house.scene.readings.count)
        }
    }
}
