import PorticoJSON
import PorticoValues
import Testing

enum Colour: String, CaseIterable {
    case red, green = "light_green"
}

struct Inner: JSONRepresentable {
    static let schemaName = "Inner"
    static let example = Inner(name: "inside")
    var name: String

    func write(to object: inout JSONObjectWriter) {
        object.field("name", name, "What it is called")
    }
}

/// One field of every sort.
struct Everything: JSONRepresentable {
    static let schemaName = "Everything"
    static let example = Everything(isFull: true)
    var isFull: Bool

    private func given<Value>(_ value: Value) -> Value? {
        isFull ? value : nil
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: 42, "The id")
        object.field("parent_id", id: given(7))
        object.field("ids", ids: [1, 2])
        object.optionalField("other_id", id: given(9))
        object.field("string", "s\"", "A string")
        object.field("string_or_null", given("x"))
        object.field("int", 5)
        object.field("int_or_null", given(6))
        object.field("int64", Int64.max)
        object.field("int64_or_null", given(Int64.min))
        object.field("bool", true)
        object.field("bool_or_null", given(false))
        object.field("double", 0.5)
        object.field("double_or_null", given(1.25))
        object.field("at", Instant(milliseconds: 0))
        object.field("at_or_null", given(Instant(milliseconds: 1)))
        object.field("day", CalendarDate(daysSinceEpoch: 0))
        object.field("day_or_null", given(CalendarDate(daysSinceEpoch: 1)))
        writeComposed(to: &object)
    }

    private func writeComposed(to object: inout JSONObjectWriter) {
        object.field("tags", ["a", "b"])
        object.field("inner", Inner(name: "one"), "The one inside")
        object.field("inner_or_null", given(Inner(name: "two")))
        object.field("inners", [Inner(name: "three")])
        object.field("free", ["any": [1, nil]] as JSONValue)
        object.field("colour", Colour.green, "A colour")
        object.field("colour_or_null", given(Colour.red))
        object.field("colours", [Colour.red, .green])
        object.optionalField("colour_maybe", given(Colour.red))
        object.optionalField("string_maybe", given("y"))
        object.optionalField("int_maybe", given(3))
        object.optionalField("at_maybe", given(Instant(milliseconds: 2)))
        object.optionalField("inner_maybe", given(Inner(name: "four")))
        object.optionalField("list_maybe", given(["z"]))
        object.map("drift", [("a b", Int64(1)), ("c\"", -2)], "Counts by name")
    }
}

struct Tree: JSONRepresentable {
    static let schemaName = "Tree"
    static let example = Tree(children: [Tree(children: [])])
    var children: [Tree]

    func write(to object: inout JSONObjectWriter) {
        object.field("children", children)
    }
}

@Suite struct DescribedObjectTests {
    @Test("writes every sort of field")
    func everything() {
        let json = text(JSONWriter.encode(Everything(isFull: true)))
        let expected =
            #"{"id":"42","parent_id":"7","ids":["1","2"],"other_id":"9","string":"s\"","string_or_null":"x","int":5,"#
            + #""int_or_null":6,"int64":9223372036854775807,"int64_or_null":-9223372036854775808,"bool":true,"#
            + #""bool_or_null":false,"double":0.5,"double_or_null":1.25,"at":"1970-01-01T00:00:00.000Z","#
            + #""at_or_null":"1970-01-01T00:00:00.001Z","day":"1970-01-01","day_or_null":"1970-01-02","tags":["a","b"],"#
            + #""inner":{"name":"one"},"inner_or_null":{"name":"two"},"inners":[{"name":"three"}],"#
            + #""free":{"any":[1,null]},"colour":"light_green","colour_or_null":"red","colours":["red","light_green"],"#
            + #""colour_maybe":"red","string_maybe":"y","int_maybe":3,"at_maybe":"1970-01-01T00:00:00.002Z","#
            + #""inner_maybe":{"name":"four"},"list_maybe":["z"],"drift":{"a b":1,"c\"":-2}}"#
        #expect(json == expected)
    }

    @Test("writes nil as null where the field is always there, and nothing where it is optional")
    func absent() {
        let json = text(JSONWriter.encode(Everything(isFull: false)))
        let expected =
            #"{"id":"42","parent_id":null,"ids":["1","2"],"string":"s\"","string_or_null":null,"int":5,"#
            + #""int_or_null":null,"int64":9223372036854775807,"int64_or_null":null,"bool":true,"bool_or_null":null,"#
            + #""double":0.5,"double_or_null":null,"at":"1970-01-01T00:00:00.000Z","at_or_null":null,"#
            + #""day":"1970-01-01","day_or_null":null,"tags":["a","b"],"inner":{"name":"one"},"inner_or_null":null,"#
            + #""inners":[{"name":"three"}],"free":{"any":[1,null]},"colour":"light_green","colour_or_null":null,"#
            + #""colours":["red","light_green"],"drift":{"a b":1,"c\"":-2}}"#
        #expect(json == expected)
    }

    @Test("encodes lists of any length", arguments: [0, 1, 2, 8, 9, 5000])
    func lists(count: Int) throws {
        let bytes = JSONWriter.encode(list: (0..<count).map { Inner(name: "number \($0)") })
        let root = try JSONDocument(parsing: bytes).root
        #expect(root.kind == .array)
        #expect(root.elements.map { $0["name"]?.string } == (0..<count).map { "number \($0)" })
    }

    @Test("stands inside other JSON")
    func embedded() {
        let json = written { writer in
            writer.beginObject()
            writer.key("items")
            writer.beginArray()
            writer.value(Inner(name: "a"))
            writer.value(Inner(name: "b"))
            writer.endArray()
            writer.key("next_cursor")
            writer.null()
            writer.endObject()
        }
        #expect(json == #"{"items":[{"name":"a"},{"name":"b"}],"next_cursor":null}"#)
    }

    @Test("nests objects of its own kind")
    func trees() {
        let tree = Tree(children: [Tree(children: []), Tree(children: [Tree(children: [])])])
        #expect(
            text(JSONWriter.encode(tree)) == #"{"children":[{"children":[]},{"children":[{"children":[]}]}]}"#)
    }
}
