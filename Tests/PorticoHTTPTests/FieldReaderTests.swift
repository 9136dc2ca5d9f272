import Testing

@testable import PorticoHTTP

@Suite struct FieldReaderTests {
    private func count(_ query: [(name: String, value: String)]) -> (value: Int64, errors: [String]) {
        var fields = FieldReader(source: FieldSource(query: query), pathNames: [], defaultPlace: .query)
        let value = fields.integer("count", 1...5, "How many")
        return (value, fields.errors.map(\.code))
    }

    @Test("of a field that comes several times in a query the first that says something counts, and nothing is joined")
    func repeatedParameters() {
        #expect(count([("count", "2"), ("count", "9")]) == (2, []))
        #expect(count([("count", ""), ("count", "3")]) == (3, []))
        #expect(count([("count", "x"), ("count", "3")]).errors == ["wrong_type"])
        #expect(count([("Count", "3")]).errors == ["required"])
    }
}
