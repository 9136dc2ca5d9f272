import PorticoBench
import PorticoJSON
import Testing

@Suite("A baseline") struct BaselineTests {
    private func run(
        _ rows: [(name: String, values: JSONValue)], seconds: Int64 = 10, driver: String = "portico bench bags"
    ) throws -> Baseline {
        let document: JSONValue = [
            "taken_at": "2026-01-01T00:00:00Z", "driver": .string(driver), "scale": "full", "engine": "sqlite",
            "cores": 2,
            "seconds": .integer(seconds),
            "rows": .array(rows.map { ["name": .string($0.name), "values": $0.values] }),
        ]
        return try Baseline(parsing: document.bytes, name: "before.json")
    }

    /// The figures that have become worse.
    private func worse(_ now: JSONValue, than before: JSONValue) throws -> [String] {
        let (changes, _) = try run([("row", before)]).compared(with: try run([("row", now)]))
        return changes.filter { $0.isWorse(tolerance: 0.1) }.map(\.value)
    }

    @Test("bears a tenth and no more")
    func tenth() throws {
        let before: JSONValue = ["per_second": 1000, "p99": 50]
        #expect(try worse(["per_second": 901, "p99": 54.9], than: before) == [])
        #expect(try worse(["per_second": 899, "p99": 50], than: before) == ["per_second"])
        #expect(try worse(["per_second": 1000, "p99": 55.1], than: before) == ["p99"])
        #expect(try worse(["per_second": 5000, "p99": 5], than: before) == [])
    }

    @Test("takes what a clock makes for no change")
    func clock() throws {
        #expect(try worse(["p50": 0.39], than: ["p50": 0.3]) == [])
        #expect(try worse(["p50": 0.41], than: ["p50": 0.3]) == ["p50"])
    }

    @Test("looks at runs inside a figure")
    func inside() throws {
        #expect(
            try worse(["calm": ["p99": 20, "bad": 9]], than: ["calm": ["p99": 10, "bad": 0]]) == ["calm.p99"])
    }

    @Test("compares bytes that are held, and not those that were sent")
    func bytes() throws {
        let mebibyte: Int64 = 1_048_576
        #expect(
            try worse(["bytes": .integer(130 * mebibyte)], than: ["bytes": .integer(100 * mebibyte)]) == ["bytes"])
        #expect(
            try worse(
                ["seconds": 5, "bytes": .integer(130 * mebibyte)], than: ["seconds": 5, "bytes": .integer(mebibyte)])
                == [])
    }

    @Test("passes over what was nothing, and what is told only")
    func told() throws {
        #expect(try worse(["seconds": 9], than: ["seconds": 0]) == [])
        #expect(try worse(["requests": 1, "errors": 0.5], than: ["requests": 1000, "errors": 0.1]) == [])
    }

    @Test("names figures that are gone")
    func gone() throws {
        let before = try run([("a", ["seconds": 1]), ("b", ["seconds": 1]), ("c", [:])])
        #expect(before.compared(with: try run([("a", ["seconds": 1])])).gone == ["b"])
        #expect(before.isOfSameDriver(as: try run([])))
        #expect(!before.isOfSameDriver(as: try run([], driver: "another")))
    }

    @Test("of other terms is not compared")
    func terms() throws {
        let before = try run([])
        #expect(before.differingTerms(from: try run([])) == [])
        #expect(before.differingTerms(from: try run([], seconds: 60)) == ["seconds 10 there, 60 here"])
    }

    @Test("is read as it was written")
    func roundTrip() throws {
        let figure = Figure("a", [Measured("p99", 12.5, .milliseconds)], statuses: [200: 3])
        let written = Baseline(
            [figure], takenAt: "2026-01-01T00:00:00Z", driver: "d",
            terms: [(key: "scale", value: "full"), (key: "cores", value: 2)])
        let read = try Baseline(parsing: written.bytes, name: "f")
        #expect(read.takenAt == "2026-01-01T00:00:00Z")
        #expect(
            read.compared(with: written).changes == [FigureChange(figure: "a", value: "p99", before: 12.5, now: 12.5)])
        #expect(read.differingTerms(from: written) == [])
    }

    @Test("is refused when the file holds none", arguments: ["", "{}", "[]", #"{"rows":1,"taken_at":"x"}"#, "{"])
    func refuses(text: String) {
        #expect(throws: BenchError.self) { try Baseline(parsing: Array(text.utf8), name: "before.json") }
    }
}
