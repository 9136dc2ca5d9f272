import PorticoJSON
import PorticoValues
import Synchronization

/// A scan of a bag, and the answer when one came.
struct Attempt: Sendable {
    let sack: String
    let code: String
    let id: String
    var answer: Answer?

    /// What is sent.
    var body: JSONValue { ["parent": .string(sack), "code": .string(code), "client_scan_id": .string(id)] }
    /// Whether the node said that it took it.
    var isAcknowledged: Bool { answer?.status == 201 }
}

/// Registers sacks and makes scans that nobody has made before.
struct PackingHall: Sendable {
    let dispatcher: Visitor
    private let sackSerial = Counter()
    private let bagSerial = Counter()

    init(_ dispatcher: Visitor) {
        self.dispatcher = dispatcher
    }

    /// Registers empty sacks of 30 places.
    func sacks(_ count: Int) async throws -> [String] {
        let codes = (0..<count).map { _ in unregisteredSack() }
        for start in stride(from: 0, to: count, by: 100) {
            let part = codes[start..<min(start + 100, count)]
            let items = part.map { code -> JSONValue in
                ["kind": "parent", "code": .string(code), "client_scan_id": .string(UUIDv7.fresh)]
            }
            let answer = try await dispatcher.post("/scans/batch", ["items": .array(items)])
            let statuses = answer.json["results"]?.elements?.map { $0["status"]?.int64 } ?? []
            guard answer.status == 200, statuses.count == part.count, statuses.allSatisfy({ $0 == 201 }) else {
                throw Disconnected(description: "registering sacks gave \(answer.status): \(answer.text)")
            }
        }
        return codes
    }

    /// A sack's code that nobody has registered.
    func unregisteredSack() -> String { "SB\(60_000 + sackSerial.next())" }

    /// A scan of a bag that nobody has seen.
    func attempt(into sack: String) -> Attempt {
        Attempt(sack: sack, code: "\(8_000_000 + bagSerial.next())", id: UUIDv7.fresh)
    }

    /// Makes a scan.
    func scan(_ attempt: Attempt, by visitor: Visitor? = nil, over connection: HTTPConnection) throws -> Answer {
        try (visitor ?? dispatcher).send("POST", "\(Visitor.api)/scans/child", attempt.body, over: connection)
    }

    /// Makes a scan over a connection of its own.
    func scan(_ attempt: Attempt, by visitor: Visitor? = nil) async throws -> Answer {
        try await (visitor ?? dispatcher).post("/scans/child", attempt.body)
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }
}

/// Attempts of several tables, while they are made.
final class Attempts: Sendable {
    private let all = Mutex<[String: Attempt]>([:])

    func put(_ attempt: Attempt) {
        all.withLock { $0[attempt.id] = attempt }
    }

    /// Those with an answer that they were taken.
    var acknowledged: [Attempt] { all.withLock { $0.values.filter(\.isAcknowledged) } }
    /// Those without an answer.
    var unanswered: [Attempt] { all.withLock { $0.values.filter { $0.answer == nil } } }
    /// All of them by sack.
    var bySack: [String: [Attempt]] { all.withLock { Dictionary(grouping: $0.values, by: \.sack) } }
    /// Statuses that were answered.
    var statuses: Set<Int> { all.withLock { Set($0.values.compactMap { $0.answer?.status }) } }
}

extension UUIDv7 {
    /// A new one as text.
    static var fresh: String { UUIDv7(at: Clock().now()).description }
}

/// Asserts nothing; says whether the counters equal a recount.
func countersAreEqual(_ admin: Visitor) async throws -> Bool {
    let answer = try await admin.get("/stats/verify")
    guard answer.status == 200 else { throw Disconnected(description: "verify gave \(answer.status): \(answer.text)") }
    return answer.json["equal"]?.bool == true
}
