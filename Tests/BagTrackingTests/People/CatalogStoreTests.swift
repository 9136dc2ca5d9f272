import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Areas and product types: what may be added and changed, and that everybody hears of it (rules R2, R9).
@Suite struct CatalogStoreTests {
    private func type(_ code: String, _ prefix: String, _ digits: Int) -> ProductType {
        ProductType(
            code: code, name: "Sesame", prefix: prefix, digits: digits, capacity: 20, unitWeightGrams: 500,
            isActive: true)
    }

    @Test("adds and changes areas, each with its audit entry", arguments: TestEngine.available)
    func areas(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let store = CatalogStore(services: hall.services)
            let admin = hall.caller(.admin)
            _ = try await hall.database.read { try hall.services.catalog.catalog(in: $0) }
            _ = try await store.add(Area(code: "kota", name: "Kota"), by: admin)
            let known = try await hall.database.read { try hall.services.catalog.catalog(in: $0).areas }
            #expect(known.contains(Area(code: "kota", name: "Kota")))
            let taken = try await refusal { _ = try await store.add(Area(code: "kota", name: "K"), by: admin) }
            #expect(taken?.code == "code_taken")
            let closed = try await store.change(area: "kota", name: nil, isActive: false, by: admin)
            #expect(!closed.isActive && closed.name == "Kota")
            _ = try await store.change(area: "kota", name: nil, isActive: false, by: admin)
            let unknown = try await refusal {
                _ = try await store.change(area: "atlantis", name: "A", isActive: nil, by: admin)
            }
            #expect(unknown?.code == "area_not_found")
            let wrong = try await refusal { _ = try await store.add(Area(code: "K", name: ""), by: admin) }
            #expect(wrong?.fields.map(\.field) == ["code", "name"])
            #expect(try await hall.auditActions() == ["area.created", "area.updated"])
        }
    }

    @Test("a closed area takes no new sacks, from the next scan on", arguments: TestEngine.available)
    func closedArea(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            #expect(try await hall.scanParent("SB00001", area: "akola", by: .biller).status == 201)
            _ = try await CatalogStore(services: hall.services)
                .change(area: "akola", name: nil, isActive: false, by: hall.caller(.admin))
            let no = try await refusal { _ = try await hall.scanParent("SB00002", area: "akola", by: .biller) }
            #expect(no?.code == "validation_failed")
        }
    }

    @Test("refuses product types whose codes another has", arguments: TestEngine.available)
    func overlaps(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            try await hall.scanChild("TL1234", into: "SB00001")
            try await hall.scanChild("TLX234", into: "SB00001")
            let store = CatalogStore(services: hall.services)
            let admin = hall.caller(.admin)
            let cases: [(ProductType, String?)] = [
                (type("sesame", "SB", 5), "pattern_overlap"), (type("sesame", "SB0", 4), "pattern_overlap"),
                (type("sesame", "M444-0", 4), "pattern_overlap"), (type("mustard", "QQ", 5), "code_taken"),
                (type("sesame", "TL", 4), "pattern_taken"), (type("sesame", "tl", 4), "validation_failed"),
                (type("sesame", "SB", 6), nil), (type("linseed", "TL", 5), nil), (type("cotton", "TLX", 4), nil),
            ]
            for (type, code) in cases {
                let no = try await refusal { _ = try await store.add(type, by: admin) }
                #expect(no?.code == code, "\(type.prefix)+\(type.digits)")
            }
            let types = try await hall.database.read { try hall.services.catalog.catalog(in: $0).products.types }
            #expect(types.map(\.code).sorted() == ["cotton", "linseed", "moong", "mustard", "sesame"])
        }
    }

    @Test("of overlapping types added at once, one is taken", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let store = CatalogStore(services: hall.services)
            let admin = hall.caller(.admin)
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await refusal { _ = try await store.add(type("kind\(number)", "XY", 6), by: admin) }?.code
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.filter { $0 == nil }.count == 1)
            #expect(codes.filter { $0 == "pattern_overlap" }.count == 7)
        }
    }

    @Test("only name and activity of a product type change", arguments: TestEngine.available)
    func fixed(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            let made = await desk.send(
                .post, "product-types",
                [
                    "code": "sesame", "name": "Sesame", "prefix": "TL", "digits": 6, "capacity": 20,
                    "unit_weight_grams": 500,
                ])
            #expect(made.status == 201 && made[header: "location"] == "/bags/api/v1/product-types/sesame")
            #expect(made.json["pattern"]?.string == "^TL[0-9]{6}$")
            for body in [["digits": 7], ["prefix": "TX"], ["capacity": 1], ["code": "tila"]] as [JSONValue] {
                let answer = await desk.send(.patch, "product-types/sesame", body)
                #expect(answer.status == 409 && answer.problemCode == "product_type_fixed")
            }
            let changed = await desk.send(.patch, "product-types/sesame", ["name": "Til", "is_active": false])
            #expect(changed.status == 200 && changed.json["name"]?.string == "Til")
            let wrong = await desk.send(
                .post, "product-types",
                ["code": "x1", "name": "X", "prefix": "TZ", "digits": 2.5, "capacity": 501, "unit_weight_grams": "x"])
            #expect(wrong.status == 422)
            let fields = wrong.json["errors"]?.elements?.compactMap { $0["field"]?.string } ?? []
            #expect(Set(fields) == ["digits", "capacity", "unit_weight_grams"])
            #expect(await desk.send(.post, "areas", ["code": "kota", "name": "Kota"], as: .biller).status == 403)
            #expect(
                try await hall.auditActions().filter { $0 != "access.denied" }
                    == ["product_type.created", "product_type.updated"])
        }
    }

    @Test("lists go on where their page ended", arguments: TestEngine.available)
    func pages(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            var codes: [String] = []
            var cursor = ""
            repeat {
                let answer = await desk.get("areas?limit=4\(cursor)")
                codes += answer.items("code")
                cursor = answer.json["next_cursor"]?.string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(codes.sorted() == Area.builtIn.map(\.code).sorted())
            #expect(await desk.get("areas?cursor=x").problemCode == "invalid_cursor")
        }
    }
}
