import PorticoJSON
import PorticoValues
import Synchronization

/// A packing house with everything that kept answers tell of, and people who change it.
final class KeptScene: Sendable {
    /// A bag's lot that nobody else packs.
    static let lot = "KEPT/1"

    let yard: LorryYard
    let admin: Visitor
    /// A sack of Lucknow, and one that bags are moved to and fro.
    let sack: String
    let otherSack: String
    /// A bag in one of the two.
    let bag: String
    /// An open bill and an open ticket of Lucknow.
    let bill: String
    let ticket: String
    /// Somebody whose name is changed again and again, and a day that is over on which that person did something.
    let person: String
    let closedDay: String
    private let returning: Mutex<[String]>
    private let billing: Mutex<[String]>
    private let packing: Mutex<(sack: String, left: Int)>
    private let serial = Mutex(0)

    /// Prepares everything at a node.
    init(at node: RunningPortico) async throws {
        yard = try await LorryYard(at: node)
        admin = yard.admin
        let sacks = try await yard.packed(2)
        (sack, otherSack) = (sacks[0], sacks[1])
        bag = try await KeptScene.child(of: sacks[0], yard.admin)
        bill = try await yard.bill(capacity: 400)
        ticket = try await yard.ticket()
        billing = Mutex(try await yard.packed(12))
        let gone = try await yard.packed(12)
        _ = try await yard.dispatched(gone)
        returning = Mutex(gone)
        packing = Mutex((sack: "", left: 0))
        (person, closedDay) = try await KeptScene.personOfTheLastDays(yard.admin)
    }

    /// Today in the warehouses.
    var today: String { TimeZoneOffset.india.date(of: Clock().now()).text }

    /// A text that nothing else holds.
    func word(_ kind: String) -> String {
        serial.withLock { serial in
            serial += 1
            return "\(kind)_\(serial)"
        }
    }

    /// A packed sack that may be billed, or one that has left and may come back.
    func sackToBill() throws -> String { try billing.withLock { try KeptScene.take(&$0) } }

    /// A sack that has left on a lorry.
    func sackToReturn() throws -> String { try returning.withLock { try KeptScene.take(&$0) } }

    /// Scans a new bag into a sack with room, at a node.
    /// - Parameter lot: printed on its label.
    /// - Returns: the bag's code and the answer.
    @discardableResult
    func pack(at node: RunningPortico, into sack: String? = nil, lot: String? = nil) async throws -> (String, Answer) {
        let goal: String
        if let sack { goal = sack } else { goal = try await sackWithRoom() }
        let attempt = yard.hall.attempt(into: goal)
        let text = lot.map { "LABEL NO: \(attempt.code) LOT NO: \($0)" } ?? attempt.code
        let answer = try await yard.hall.dispatcher.at(node).post(
            "/scans/child", ["parent": .string(goal), "code": .string(text), "client_scan_id": .string(attempt.id)])
        try KeptScene.expect(201, answer)
        return (attempt.code, answer)
    }

    /// Changes something as the administrator, at a node.
    @discardableResult
    func change(_ method: String, _ path: String, _ body: JSONValue, at node: RunningPortico) async throws -> Answer {
        let answer = try await admin.at(node).send(method, Visitor.api + path, body)
        guard (200..<300).contains(answer.status) else {
            throw Disconnected(description: "\(method) \(path) gave \(answer.status): \(answer.text)")
        }
        return answer
    }

    /// A number in an answer of the API, read at a node.
    func number(_ path: String, _ members: [String], at node: RunningPortico) async throws -> Int64 {
        KeptScene.number(try await admin.at(node).get(path), members)
    }

    /// A number in an answer; −1 where there is none.
    static func number(_ answer: Answer, _ members: [String]) -> Int64 {
        members.reduce(answer.json as JSONValue?) { $0?[$1] }?.int64 ?? -1
    }

    private func sackWithRoom() async throws -> String {
        let known = packing.withLock { packing -> String? in
            guard packing.left > 0 else { return nil }
            packing.left -= 1
            return packing.sack
        }
        if let known { return known }
        let sack = try await yard.hall.sacks(1)[0]
        packing.withLock { $0 = (sack: sack, left: 28) }
        return sack
    }

    private static func take(_ codes: inout [String]) throws -> String {
        guard let code = codes.popLast() else { throw Overdue(description: "no sack is left") }
        return code
    }

    private static func expect(_ status: Int, _ answer: Answer) throws {
        guard answer.status == status else {
            throw Disconnected(description: "\(answer.status) in place of \(status): \(answer.text)")
        }
    }

    private static func child(of sack: String, _ admin: Visitor) async throws -> String {
        let children = try await admin.get("/bags/\(sack)").json["children"]?.elements ?? []
        guard let code = children.first?["code"]?.string else { throw Overdue(description: "\(sack) is empty") }
        return code
    }

    private static func personOfTheLastDays(_ admin: Visitor) async throws -> (person: String, day: String) {
        let today = TimeZoneOffset.india.date(of: Clock().now())
        for back in 1...10 {
            let day = today.adding(days: -back).text
            let people = try await admin.get("/summaries/daily?date=\(day)").json["by_user"]?.elements ?? []
            if let id = people.first?["user"]?["id"]?.string { return (id, day) }
        }
        throw Overdue(description: "nobody did anything in the last days")
    }
}
