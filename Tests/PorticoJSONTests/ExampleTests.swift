// example
import PorticoJSON
// end of example
import Testing

@Suite("The README's object") struct ExampleTests {
    // example
    enum State: String, CaseIterable { case open, full }

    struct Sack: JSONRepresentable {
        static let schemaName = "Sack"
        static let example = Sack(id: 7, code: "SB60001", state: .open, seal: nil, bags: ["3000001"])
        var id: Int64
        var code: String
        var state: State
        var seal: String?
        var bags: [String]

        func write(to object: inout JSONObjectWriter) {
            object.field("id", id: id, "The sack's id")  // "7": ids travel as strings
            object.field("code", code, "The code on the label")
            object.field("state", state, "Whether there is room in it")
            object.field("seal", seal, "Number of its seal, if it has one")  // null when nil, always there
            object.optionalField("bags", bags.isEmpty ? nil : bags)  // left out when nil
        }
    }
    // end of example

    @Test("is written, described and read")
    func example() throws {
        // example
        let body = JSONWriter.encode(list: [Sack.example])  // [UInt8]
        let contract = JSONSchema.describing([Sack].self)  // schema, and components["Sack"]

        let root = try JSONDocument(parsing: body).root
        var open: [String] = []
        for sack in root.elements where sack["seal"]?.isNull == true {
            open.append(sack["code"]?.string ?? "")
        }
        // end of example
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"[{"id":"7","code":"SB60001","state":"open","seal":null,"bags":["3000001"]}]"#)
        #expect(Array(contract.components.keys) == ["Sack"])
        #expect(open == ["SB60001"])
    }
}
