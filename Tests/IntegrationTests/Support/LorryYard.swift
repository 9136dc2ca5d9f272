import PorticoJSON
import PorticoValues

/// Packs sacks and loads lorries with them, for races over bills, gates and returns.
struct LorryYard: Sendable {
    let biller: Visitor
    let gatekeeper: Visitor
    let admin: Visitor
    let hall: PackingHall

    init(at node: RunningPortico) async throws {
        hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: node))
        biller = try await Visitor.signedIn(as: "biller", at: node)
        gatekeeper = try await Visitor.signedIn(as: "gatekeeper", at: node)
        admin = try await Visitor.signedIn(as: "admin", at: node)
    }

    /// Sacks of Lucknow with a bag each.
    func packed(_ count: Int) async throws -> [String] {
        let sacks = try await hall.sacks(count)
        let items = sacks.map { sack -> JSONValue in
            let attempt = hall.attempt(into: sack)
            return [
                "kind": "child", "code": .string(attempt.code), "parent": .string(sack),
                "client_scan_id": .string(attempt.id),
            ]
        }
        try await batch(items, by: hall.dispatcher)
        return sacks
    }

    /// An open bill with these sacks on it.
    /// - Returns: its id.
    func bill(_ sacks: [String] = [], capacity: Int = 50) async throws -> String {
        let id = try await made(
            "/bills",
            ["code": .string("Race \(UUIDv7.fresh)"), "capacity": .integer(Int64(capacity)), "area_code": "lucknow"])
        guard !sacks.isEmpty else { return id }
        try await batch(
            sacks.map {
                [
                    "kind": "bill", "code": .string($0), "bill_id": .string(id),
                    "client_scan_id": .string(UUIDv7.fresh),
                ]
            }, by: biller)
        return id
    }

    /// A completed bill.
    func completed(_ sacks: [String]) async throws -> String {
        let id = try await bill(sacks, capacity: sacks.count)
        try await expect(200, biller.post("/bills/\(id)/complete", [:]))
        return id
    }

    /// A bill whose sacks were all seen at the gate.
    func seen(_ sacks: [String]) async throws -> String {
        let id = try await completed(sacks)
        try await expect(201, gatekeeper.post("/bills/\(id)/gate-check", [:]))
        try await batch(
            sacks.map {
                [
                    "kind": "gate", "code": .string($0), "bill_id": .string(id),
                    "client_scan_id": .string(UUIDv7.fresh),
                ]
            }, by: gatekeeper)
        return id
    }

    /// What lets a lorry go.
    static let departure: JSONValue = ["vehicle_number": "UP32AB1234", "driver_name": "Ram Kumar"]

    /// A bill that has left.
    func dispatched(_ sacks: [String]) async throws -> String {
        let id = try await seen(sacks)
        try await expect(200, gatekeeper.post("/bills/\(id)/dispatch", LorryYard.departure))
        return id
    }

    /// An open return ticket.
    func ticket() async throws -> String {
        try await made("/returns", ["area_code": "lucknow", "location": "Depot gate"])
    }

    private func made(_ path: String, _ body: JSONValue) async throws -> String {
        let answer = try await biller.post(path, body)
        guard answer.status == 201, let id = answer.json["id"]?.string else {
            throw Disconnected(description: "\(path) gave \(answer.status): \(answer.text)")
        }
        return id
    }

    private func batch(_ items: [JSONValue], by visitor: Visitor) async throws {
        let answer = try await visitor.post("/scans/batch", ["items": .array(items)])
        let statuses = answer.json["results"]?.elements?.compactMap { $0["status"]?.int64 } ?? []
        guard statuses.count == items.count, statuses.allSatisfy({ $0 == 201 }) else {
            throw Disconnected(description: "a batch gave \(answer.status): \(answer.text)")
        }
    }

    private func expect(_ status: Int, _ answer: Answer) throws {
        guard answer.status == status else {
            throw Disconnected(description: "\(answer.status) in place of \(status): \(answer.text)")
        }
    }
}
