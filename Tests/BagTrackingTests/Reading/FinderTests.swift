import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Single sacks and bags, their history, and what any code is.
@Suite struct FinderTests {
    @Test("finds a sack by code and SSCC, and a bag by code and label", arguments: TestEngine.available)
    func finds(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 3)
            let given = try await hall.services.numbers.assign(
                "001234560000000018", to: "SB00001", by: hall.caller(.biller))
            for (text, code) in [
                ("sb00001", "SB00001"), ("]Q1SB00001", "SB00001"), (given.answer.sscc, "SB00001"),
                ("(00)\(given.answer.sscc)", "SB00001"), ("1000002", "1000002"),
                ("LABEL NO. 1000002 LOT NO. X", "1000002"), ("https://bags.test/bags/id/obj/1000002", "1000002"),
            ] {
                let row = try await hall.database.read { reading in
                    try hall.services.finder(reading, for: hall.caller()).bag(text)
                }
                #expect(row?.code == code, "\(text)")
            }
            for text in ["SB00002", "9999999", "<script>", "", "SB1", "001234560000000017"] {
                let row = try await hall.database.read { reading in
                    try hall.services.finder(reading, for: hall.caller()).bag(text)
                }
                #expect(row == nil, "\(text)")
            }
        }
    }

    @Test("shows a sack's bags in the order they came, with who put them there", arguments: TestEngine.available)
    func dossier(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            hall.clock.advance(by: .seconds(5))
            try await hall.scanChild("0000001", into: "SB00001", by: .ravi)
            try await hall.bill("SB00001")
            let dossier = try await hall.database.read { reading in
                try hall.services.finder(reading, for: hall.caller()).dossier("SB00001")
            }
            #expect(dossier.children.map(\.code) == ["1000001", "1000002", "0000001"])
            #expect(dossier.children.map(\.linkedBy.name) == ["asha", "asha", "ravi"])
            #expect(dossier.place.bill?.code == "LKO 1")
            let child = try await hall.database.read { reading in
                try hall.services.finder(reading, for: hall.caller()).dossier("1000001")
            }
            #expect(child.place.parentCode == "SB00001" && child.place.bill?.code == "LKO 1")
            #expect(child.children.isEmpty)
        }
    }

    @Test("people of another area find nothing", arguments: TestEngine.available)
    func foreign(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            for text in ["SB00001", "1000001"] {
                let no = try await refusal {
                    _ = try await hall.database.read { reading in
                        try hall.services.finder(reading, for: hall.caller(.jaipur)).dossier(text)
                    }
                }
                #expect(no?.code == "bag_not_found")
            }
        }
    }

    @Test("suggests up to five codes one slip away, in code order", arguments: TestEngine.available)
    func suggestions(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            for code in ["SB00011", "SB00012", "SB00021", "SB00102", "SB00112", "SB10012", "SB00013", "SB00092"] {
                try await hall.scanParent(code)
            }
            try await hall.scanParent("SB00002", by: .jaipur)
            let asked: [(String, PackingHall.Person, [String])] = [
                ("SB00012", .asha, ["SB00011", "SB00013", "SB00021", "SB00092", "SB00102"]),
                ("SB0012", .asha, ["SB00012", "SB00102", "SB00112", "SB10012"]),
                ("SB00003", .asha, ["SB00013"]), ("SB00003", .biller, ["SB00002", "SB00013"]),
                ("SB00003", .jaipur, ["SB00002"]), ("QQQQQQQ", .biller, []), ("X", .biller, []), ("🥜", .biller, []),
            ]
            for (code, person, expected) in asked {
                let codes = try await hall.database.read { reading in
                    try CodeSuggestions(reading).codes(near: code, areaCode: person.area)
                }
                #expect(codes == expected, "\(code) for \(person)")
            }
        }
    }

    @Test("says what a code is, or which may have been meant", arguments: TestEngine.available)
    func resolves(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            let found = try await resolve("LABEL NO 1000001", hall)
            #expect(found.row.code == "1000001" && found.place.parentCode == "SB00001")
            #expect(try await resolve("sb00001", hall).row.kind == .parent)
            let unknown = try await refusal { _ = try await resolve("SB00002", hall) }
            #expect(unknown?.code == "unknown_code" && unknown?.suggestions == ["SB00001"])
            let nothing = try await refusal { _ = try await resolve("<b>", hall) }
            #expect(nothing?.code == "unknown_code" && nothing?.suggestions == [])
            let long = try await refusal { _ = try await resolve(String(repeating: "A", count: 201), hall) }
            #expect(long?.code == "too_long")
            let wrong = try await refusal { _ = try await resolve("001234560000000017", hall) }
            #expect(wrong?.code == "invalid_sscc")
        }
    }

    @Test("tells the history newest first, page by page", arguments: TestEngine.available)
    func history(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let scan = try await hall.scanChild("1000001", into: "SB00001").scanID
            hall.clock.advance(by: .seconds(9))
            _ = try await hall.services.undo.undo(scan: scan, reason: nil, by: hall.caller())
            try await hall.scanChild("1000001", into: "SB00001", by: .ravi)
            try await hall.scanParent("SB00002")
            hall.clock.advance(by: .seconds(9))
            _ = try await hall.services.corrections.move(
                "1000001", to: "SB00002", reason: "wrong sack", by: hall.caller(.biller))
            hall.clock.advance(by: .seconds(9))
            try await hall.dispatchAndReturn("SB00002")
            let steps = try await history("1000001", hall, limit: 2)
            #expect(steps.map(\.what) == ["dispatched", "moved", "linked", "linked"])
            #expect(steps.map(\.isUndone) == [false, false, false, true])
            #expect(steps[1].parentCode == "SB00002" && steps[1].user?.name == "biller")
            #expect(steps[2].user?.name == "ravi" && steps[3].scanID == scan)
            _ = try await hall.services.holds.hold("SB00001", reason: "Seams open", by: hall.caller(.biller))
            let sack = try await history("SB00001", hall, limit: 50)
            #expect(sack.map(\.what) == ["held", "created"])
        }
    }

    private func resolve(_ text: String, _ hall: PackingHall) async throws -> BagListing {
        try await hall.database.read { reading in
            let resolver = CodeResolver(finder: try hall.services.finder(reading, for: hall.caller()))
            guard case .bag(let found) = try resolver.resolve(text) else { throw Refusal.bagNotFound(text) }
            return found
        }
    }

    private func history(_ code: String, _ hall: PackingHall, limit: Int) async throws -> [HistoryStep] {
        let row = try #require(try await hall.bag(code))
        var steps: [HistoryStep] = []
        var after: [String]?
        repeat {
            let start = after
            let page = try await hall.database.read { reading in
                try BagHistory(session: reading, row: row, areaCode: "lucknow").page(after: start, limit: limit)
            }
            steps += page.items
            after = page.next
        } while after != nil
        return steps
    }
}
