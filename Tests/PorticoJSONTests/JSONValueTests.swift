import PorticoJSON
import Testing

@Suite struct JSONValueTests {
    @Test("is written as literals")
    func literals() {
        let value: JSONValue = ["a": 1, "b": 2.5, "c": "x", "d": [true, nil], "e": [:], "f": []]
        #expect(text(value.bytes) == #"{"a":1,"b":2.5,"c":"x","d":[true,null],"e":{},"f":[]}"#)
    }

    @Test("reads back what it writes, key order and number kinds included")
    func roundTrip() throws {
        let json = #"{"z":1,"a":[2.5,-3,"q\"",null,true,{"k":""}],"big":12345678901234567890,"m":1e-7}"#
        let value = try JSONValue(parsing: Array(json.utf8))
        #expect(
            text(value.bytes) == #"{"z":1,"a":[2.5,-3,"q\"",null,true,{"k":""}],"big":12345678901234567000,"m":1e-7}"#)
        #expect(value["big"] == .number(12_345_678_901_234_567_168))
        #expect(try JSONValue(parsing: Array("2.0".utf8)) == .number(2))
        #expect(try JSONValue(parsing: Array("2.0".utf8)) != .integer(2))
    }

    @Test("gives access by key and index")
    func access() {
        var value: JSONValue = ["list": [1, "two"], "flag": true]
        #expect(value["list"]?[1]?.string == "two")
        #expect(value["list"]?[2] == nil)
        #expect(value["list"]?[0]?.int64 == 1)
        #expect(value["list"]?[0]?.double == 1)
        #expect(value["flag"]?.bool == true)
        #expect(value["flag"]?["x"] == nil)
        #expect(value.members?.map(\.key) == ["list", "flag"])
        #expect(value["list"]?.elements?.count == 2)
        value["flag"] = 7
        value["new"] = .null
        #expect(text(value.bytes) == #"{"list":[1,"two"],"flag":7,"new":null}"#)
        value["list"] = nil
        #expect(text(value.bytes) == #"{"flag":7,"new":null}"#)
        #expect(value["new"]?.isNull == true)
        var empty = JSONValue.null
        empty["a"] = 1
        #expect(empty == ["a": 1])
        var number = JSONValue.integer(1)
        number["a"] = 1
        #expect(number == 1)
    }

    @Test("has no content of another kind")
    func otherKinds() {
        let value: JSONValue = 2.5
        #expect(value.string == nil && value.int64 == nil && value.bool == nil && !value.isNull)
        #expect(value.elements == nil && value.members == nil && value.double == 2.5 && value[0] == nil)
        #expect(JSONValue.string("1").double == nil)
    }

    @Test("is equal whatever the order of keys")
    func equality() {
        let left: JSONValue = ["a": 1, "b": [1, 2]]
        let right: JSONValue = ["b": [1, 2], "a": 1]
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != ["a": 1])
        #expect(left != ["a": 1, "b": [2, 1]])
        #expect(left != ["a": 1, "c": [1, 2]])
        #expect(JSONValue.null != false)
        #expect(Set<JSONValue>([nil, true, 1, 1.5, "x", [], [:], left, right]).count == 8)
    }

    @Test("sorts keys by UTF-16 code units in canonical form")
    func canonicalKeys() {
        // U+1F9F3 begins with the surrogate D83E in UTF-16, which sorts before U+FB33; in UTF-8 it is the other way.
        let value: JSONValue = [
            "\u{FB33}": 1, "🧳": 2, "€": 3, "\r": 4, "ö": 5, "1": 6, "\u{80}": 7, "": 8, "aa": 9, "a": 0,
        ]
        #expect(
            text(value.canonicalBytes)
                == "{\"\":8,\"\\r\":4,\"1\":6,\"a\":0,\"aa\":9,\"\u{80}\":7,\"ö\":5,\"€\":3,\"🧳\":2,\"\u{FB33}\":1}")
    }

    @Test("writes numbers and strings in canonical form")
    func canonicalScalars() throws {
        let json =
            #"{"b":[1.0,1e2,-0,0.10,1E30,5e-7,9007199254740993,1.0E-6],"a":{"y":"\u000f\u0041\/\u20ac\u007F\b\"","x":null}}"#
        let canonical = try JSONValue(parsing: Array(json.utf8)).canonicalBytes
        #expect(
            text(canonical)
                == "{\"a\":{\"x\":null,\"y\":\"\\u000fA/€\u{7F}\\b\\\"\"},"
                + #""b":[1,100,0,0.1,1e+30,5e-7,9007199254740992,0.000001]}"#)
        #expect(try JSONValue(parsing: canonical).canonicalBytes == canonical)
    }

    @Test("throws with the offset of what it cannot read")
    func failure() {
        #expect(throws: JSONError(offset: 3, reason: "unexpected byte")) { try JSONValue(parsing: Array("[1,]".utf8)) }
    }
}
