import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// A request whose fields are wrong is told all of them at once.
@Suite struct NamedFieldsTests {
    private func fields(_ answer: TestAnswer) -> Set<String> {
        #expect(answer.status == 422 && answer.problemCode == "validation_failed", "\(answer.text)")
        return Set((answer.json["errors"]?.elements ?? []).compactMap { $0["field"]?.string })
    }

    @Test("R2 names every field of a product type", arguments: TestEngine.available)
    func productType(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let wrong: JSONValue = [
                "code": "X", "name": "", "prefix": "tl", "digits": 2, "capacity": 501, "unit_weight_grams": 2.5,
            ]
            #expect(
                fields(await desk.send(.post, "product-types", wrong))
                    == ["code", "name", "prefix", "digits", "capacity", "unit_weight_grams"])
            #expect(fields(await desk.send(.post, "areas", ["code": "X", "name": ""])) == ["code", "name"])
        }
    }

    private static let changes: [(field: String, value: JSONValue)] = [
        ("capacity", "9"), ("capacity", .null), ("capacity", 9), ("prefix", 7), ("code", ""), ("digits", [1]),
        ("unit_weight_grams", "x"),
    ]

    @Test("R2 refuses a change of a fixed member whatever it says", arguments: changes)
    func fixed(field: String, value: JSONValue) async throws {
        try await withHall(on: .sqlite) { hall in
            let desk = try await ReadingDesk(hall)
            let answer = await desk.send(.patch, "product-types/mustard", .object([(key: field, value: value)]))
            #expect(answer.status == 409 && answer.problemCode == "product_type_fixed", "\(answer.text)")
            #expect(await desk.send(.patch, "product-types/mustard", ["name": "Sarson"]).status == 200)
        }
    }

    @Test("R22 R23 names the area of a bill beside its other fields", arguments: TestEngine.available)
    func bill(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let office = try await app.client("biller")
            let path = "/bags/api/v1/bills"
            let both = await office.post(path, ["code": "LK", "capacity": 501, "area_code": "nope"])
            #expect(fields(both) == ["code", "capacity", "area_code"])
            let area = await office.post(path, ["code": "LKO 1", "capacity": 5, "area_code": "nope"])
            #expect(fields(area) == ["area_code"])
            let capacity = await office.post(path, ["code": "LKO 1", "capacity": 0, "area_code": "lucknow"])
            #expect(fields(capacity) == ["capacity"])
        }
    }

    @Test("R29 names every field of a return ticket, by the API and by the form", arguments: TestEngine.available)
    func ticket(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let office = try await app.client("biller")
            let path = "/bags/api/v1/returns"
            #expect(fields(await office.post(path, ["location": "x"])) == ["location", "area_code"])
            let long = String(repeating: "x", count: 501)
            let all: JSONValue = ["location": "x", "area_code": "nope", "notes": .string(long)]
            #expect(fields(await office.post(path, all)) == ["location", "area_code", "notes"])
            let form = await office.submit(
                "/bags/returns",
                ["location": "x", "area_code": "", "consignee": String(repeating: "y", count: 121), "notes": long])
            #expect(form.status == 422)
            for field in ["location", "area_code", "consignee", "notes"] {
                #expect(form.text.contains("href=\"#new-\(field)\""), "\(field)")
            }
        }
    }

    @Test("R28 names every field of a departure")
    func departure() async throws {
        try await withApp { app in
            let office = try await app.client("biller")
            let made = await office.post(
                "/bags/api/v1/bills", ["code": "LKO 1", "capacity": 3, "area_code": "lucknow"])
            let id = try #require(made.json["id"]?.string)
            let gate = try await app.client("gatekeeper")
            let answer = await gate.post(
                "/bags/api/v1/bills/\(id)/dispatch", ["vehicle_number": "XX", "driver_phone": "1"])
            #expect(fields(answer) == ["vehicle_number", "driver_name", "driver_phone"])
        }
    }
}
