import Testing

@testable import PorticoHTTP

@Suite struct FieldReaderTests {
    private func count(
        _ values: [(name: String, value: String)], in place: FieldPlace
    ) -> (value: Int64, errors: [String]) {
        let source = place == .query ? FieldSource(query: values) : FieldSource(body: .form(values))
        var fields = FieldReader(source: source, pathNames: [], defaultPlace: place)
        let value = fields.integer("count", 1...5, "How many")
        return (value, fields.errors.map(\.code))
    }

    @Test(
        "of a field that comes several times one value counts, and nothing is joined",
        arguments: [FieldPlace.query, .body])
    func repeatedParameters(place: FieldPlace) {
        #expect(count([("count", "2"), ("count", "9")], in: place) == (2, []))
        #expect(count([("count", "x"), ("count", "3")], in: place).errors == ["wrong_type"])
        #expect(count([("Count", "3")], in: place).errors == ["required"])
    }

    @Test("an empty value in a query counts for none, as of a filter that was left out")
    func emptyInQuery() {
        #expect(count([("count", ""), ("count", "3")], in: .query) == (3, []))
    }
}
