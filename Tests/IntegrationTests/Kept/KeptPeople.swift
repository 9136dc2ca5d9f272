import PorticoJSON
import Synchronization

/// Somebody who asks for everything there is, and knows what must never come.
struct KeptPerson: Sendable {
    let name: String
    let role: String
    /// The area that this person belongs to; nil for people of all areas.
    let area: String?
    /// Codes that only people of other areas know.
    let secrets: [String]
    let visitor: Visitor

    /// What is wrong with an answer; nil when it is this person's own.
    func fault(_ reading: KeptReading, _ answer: Answer, _ routes: KeptRoutes) -> String? {
        let isOwnPage = reading.route == "currentSession"
        let expected =
            !isOwnPage && !routes.admits(role, to: reading.route)
            ? 403 : reading.isOfLucknow && (area ?? "lucknow") != "lucknow" ? 404 : 200
        guard answer.status == expected else { return told(reading, answer, "\(expected) was due") }
        // A refusal names what was asked for; what needs no signing in is the same for everybody.
        guard answer.status == 200, !routes.isOpen(reading.route) else { return nil }
        if let secret = secrets.first(where: { answer.text.contains($0) }) {
            return told(reading, answer, "tells of \(secret)")
        }
        let json = answer.json
        if isOwnPage, json["user"]?["email"]?.string != "\(name)@bags.demo" { return told(reading, answer, "not mine") }
        if reading.route == "getDailySummary", json["scope"]?.string != (role == "admin" ? "all" : "own") {
            return told(reading, answer, "another scope")
        }
        if let area, let other = KeptPerson.areas(in: json).first(where: { $0 != area }) {
            return told(reading, answer, "tells of \(other)")
        }
        if reading.route == "getStats", json["area_code"]?.string != area { return told(reading, answer, "not mine") }
        return nil
    }

    private func told(_ reading: KeptReading, _ answer: Answer, _ what: String) -> String {
        "\(name) at \(reading): \(what): \(answer.status) \(answer.text.prefix(300))"
    }

    /// Every area that an answer names as somebody's or something's own.
    private static func areas(in json: JSONValue) -> [String] {
        if let elements = json.elements { return elements.flatMap { areas(in: $0) } }
        guard let members = json.members else { return [] }
        return members.flatMap { member in
            if member.key == "area_code" { return member.value.string.map { [$0] } ?? [] }
            return areas(in: member.value)
        }
    }
}

/// What people who asked without a pause were given.
struct KeptFindings: Sendable {
    var answers = 0
    var faults: [String] = []
}

/// Has people ask for everything at nodes, again and again, each on a thread, while `body` runs.
///
/// A node that does not answer any more is told as a fault unless it is `victim`.
func whileAsking(
    _ people: [KeptPerson], _ readings: [KeptReading], at nodes: [RunningPortico], victim: RunningPortico? = nil,
    _ judge: @escaping @Sendable (KeptPerson, KeptReading, Answer) -> String?, _ body: () async throws -> Void
) async throws -> KeptFindings {
    let findings = Findings()
    try await withThrowingTaskGroup(of: Void.self) { group in
        for person in people {
            group.addTask {
                try await onThread {
                    while !findings.isOver {
                        for node in nodes where !findings.isOver {
                            do {
                                try ask(person, readings, at: node, findings, judge)
                            } catch {
                                if node !== victim { findings.note("\(person.name): \(error)") }
                            }
                        }
                    }
                }
            }
        }
        do {
            try await body()
            findings.end()
        } catch {
            findings.end()
            throw error
        }
        try await group.waitForAll()
    }
    return findings.found
}

/// One person asks for everything at one node, over one connection.
private func ask(
    _ person: KeptPerson, _ readings: [KeptReading], at node: RunningPortico, _ findings: Findings,
    _ judge: (KeptPerson, KeptReading, Answer) -> String?
) throws {
    let visitor = person.visitor.at(node)
    let connection = try HTTPConnection(port: node.port)
    for reading in readings where !findings.isOver {
        let answer = try visitor.read(reading.target, over: connection)
        findings.count(judge(person, reading, answer))
    }
}

private final class Findings: Sendable {
    private let state = Mutex((isOver: false, found: KeptFindings()))

    var isOver: Bool { state.withLock { $0.isOver } }
    var found: KeptFindings { state.withLock { $0.found } }

    func end() { state.withLock { $0.isOver = true } }

    func count(_ fault: String?) {
        state.withLock { state in
            state.found.answers += 1
            if let fault, state.found.faults.count < 20 { state.found.faults.append(fault) }
        }
    }

    func note(_ fault: String) {
        state.withLock { if $0.found.faults.count < 20 { $0.found.faults.append(fault) } }
    }
}
