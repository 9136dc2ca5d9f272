import PorticoJSON
import PorticoTesting
import Testing

/// What nodes keep in memory is never older than the last change at any of them, and never another person's.
@Suite(
    "Kept answers on three nodes", .enabled(if: Program.isThereWithServer, Program.missingServer),
    .timeLimit(.minutes(10)))
struct KeptAnswersTests {
    private func withNodes(_ body: ([RunningPortico]) async throws -> Void) async throws {
        try await Premises.open(.postgresql) { premises in
            let first = try await RunningPortico.start(premises)
            let second = try await RunningPortico.start(premises, demo: false)
            let third = try await RunningPortico.start(premises, demo: false)
            try await body([first, second, third])
            for node in [first, second, third] { try await node.stop() }
        }
    }

    @Test("figures, areas and product types are fresh everywhere as soon as a change has been answered")
    func fresh() async throws {
        try await withNodes { nodes in
            let admin = try await Visitor.signedIn(as: "admin", at: nodes[0])
            let packer = try await Visitor.signedIn(as: "dispatcher", at: nodes[0])
            let hall = PackingHall(packer)
            let sack = try await hall.sacks(1)[0]
            for round in 0..<9 {
                for node in nodes {
                    for path in ["/stats", "/areas", "/product-types"] { _ = try await admin.at(node).get(path) }
                }
                let here = nodes[round % 3]
                let before = try await admin.at(here).get("/stats").json["scans"]
                #expect(try await hall.scan(hall.attempt(into: sack), by: packer.at(here)).status == 201)
                let after = try await admin.at(here).get("/stats").json["scans"]
                #expect(after != before)
                let area = "round_\(round)"
                let added = try await admin.at(here).post("/areas", ["code": .string(area), "name": .string(area)])
                #expect(added.status == 201, "\(added.text)")
                for node in nodes {
                    #expect(try await admin.at(node).get("/stats").json["scans"] == after)
                    #expect(try await admin.at(node).get("/areas").text.contains("\"\(area)\""))
                }
            }
        }
    }

    @Test("no two people get each other's answers, whoever asks first")
    func personal() async throws {
        try await withNodes { nodes in
            let people = try await [
                Visitor.signedIn(as: "admin", at: nodes[0]), Visitor.signedIn(as: "dispatcher", at: nodes[1]),
                Visitor.signedIn(as: "dispatcher.hisar", at: nodes[2]), Visitor.signedIn(as: "biller", at: nodes[0]),
            ]
            let paths = ["/session", "/stats", "/bags?limit=50", "/scans?limit=50", "/areas"]
            var expected: [[String]] = []
            for person in people {
                var answers: [String] = []
                for path in paths { answers.append(try await stable(person.get(path))) }
                expected.append(answers)
            }
            #expect(Set(expected.map { $0[0] }).count == people.count)
            for round in 0..<6 {
                for index in people.indices {
                    let person = people[(index + round) % people.count]
                    for node in nodes {
                        for (place, path) in paths.enumerated() {
                            let answer = try await stable(person.at(node).get(path))
                            #expect(answer == expected[(index + round) % people.count][place], "\(path)")
                        }
                    }
                }
            }
        }
    }

    /// An answer without what differs by the time.
    private func stable(_ answer: Answer) -> String {
        guard let members = answer.json.members else { return answer.text }
        let kept = members.filter { !["as_of", "csrf_token", "expires_at"].contains($0.key) }
        return String(decoding: JSONValue.object(kept.map { ($0.key, $0.value) }).bytes, as: UTF8.self)
    }
}
