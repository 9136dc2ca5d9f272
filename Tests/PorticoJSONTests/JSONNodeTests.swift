import PorticoJSON
import Testing

@Suite struct JSONNodeTests {
    private func root(_ json: String) throws -> JSONNode {
        try JSONDocument(parsing: Array(json.utf8)).root
    }

    @Test("answers for its own kind only")
    func kinds() throws {
        let node = try root(#"[null,true,1,"s",[],{}]"#)
        #expect(node.elements.map(\.kind) == [.null, .bool, .number, .string, .array, .object])
        #expect(node.elements.map(\.isNull) == [true, false, false, false, false, false])
        #expect(node.elements.map(\.bool) == [nil, true, nil, nil, nil, nil])
        #expect(node.elements.map(\.int64) == [nil, nil, 1, nil, nil, nil])
        #expect(node.elements.map(\.double) == [nil, nil, 1, nil, nil, nil])
        #expect(node.elements.map(\.string) == [nil, nil, nil, "s", nil, nil])
        #expect(node.elements.map(\.lexeme) == [nil, nil, "1", nil, nil, nil])
        #expect(node.elements.map(\.count) == [0, 0, 0, 0, 0, 0])
        #expect(node.count == 6)
        #expect(node["x"]?.kind == nil)
    }

    @Test("reads integers only from integral lexemes in range")
    func integers() throws {
        let node = try root("[7,-7,2.0,2.5,2e3,9223372036854775807,9223372036854775808,-0]")
        #expect(node.elements.map(\.int64) == [7, -7, nil, nil, nil, .max, nil, 0])
        #expect(
            node.elements.map(\.double) == [7, -7, 2, 2.5, 2000, 9.223372036854775807e18, 9.223372036854775808e18, 0])
    }

    @Test("keeps the lexeme of a number")
    func lexemes() throws {
        #expect(try root("1.500").lexeme == "1.500")
        #expect(try root("[-0.0E+00]").elements.map(\.lexeme) == ["-0.0E+00"])
    }

    @Test("finds keys of every length", arguments: 0...40)
    func keyLengths(length: Int) throws {
        let key = String((0..<length).map { Character(UnicodeScalar(UInt8(0x61 + $0 % 26))) })
        let node = try root(#"{"zz":{"\#(key)":0},"\#(key)":{"found":1},"\#(key)!":2,"y\#(key)":3}"#)
        #expect(node[key]?["found"]?.int64 == 1)
        #expect(node[key + "!"]?.int64 == 2)
        #expect(node["y" + key]?.int64 == 3)
        #expect(node[key + "?"]?.kind == nil)
    }

    @Test("tells apart keys that differ in one character", arguments: [1, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31])
    func nearKeys(length: Int) throws {
        for place in 0..<length {
            var other = [UInt8](repeating: 0x61, count: length)
            other[place] = 0x62
            let key = String(repeating: "a", count: length)
            let node = try root(#"{"\#(text(other))":1,"\#(key)":2}"#)
            #expect(node[text(other)]?.int64 == 1)
            #expect(node[key]?.int64 == 2)
        }
    }

    @Test("takes the last of keys that repeat, also when one is escaped")
    func repeatedKeys() throws {
        let node = try root(#"{"a":1,"b":{"a":5},"a":2,"c":3}"#)
        #expect(node["a"]?.int64 == 2)
        #expect(node["b"]?["a"]?.int64 == 5)
        #expect(node.count == 4)
        #expect(node.members.map(\.key) == ["a", "b", "a", "c"])
        #expect(text(node.value.bytes) == #"{"a":2,"b":{"a":5},"c":3}"#)
        let escaped = try root(#"{"a":1,"\u0061":2,"\n":3}"#)
        #expect(escaped["a"]?.int64 == 2)
        #expect(escaped["\n"]?.int64 == 3)
        #expect(escaped.members.map(\.key) == ["a", "a", "\n"])
        #expect(text(escaped.value.bytes) == #"{"a":2,"\n":3}"#)
    }

    @Test("compares keys by their bytes, not by canonical equivalence")
    func exactKeys() throws {
        let node = try root("{\"caf\\u00e9\":1,\"cafe\\u0301\":2}")
        #expect(node["caf\u{E9}"]?.int64 == 1)
        #expect(node["cafe\u{301}"]?.int64 == 2)
    }

    @Test("finds keys in objects of every size", arguments: [0, 1, 2, 10, 31, 32, 33, 34, 500])
    func sizes(size: Int) throws {
        let members = (0..<size).map { #""key \#($0)":\#($0)"# }
        let node = try root("{" + members.joined(separator: ",") + "}")
        #expect(node.count == size)
        for index in 0..<size { #expect(node["key \(index)"]?.int64 == Int64(index)) }
        let repeated = try root("{" + (members + [#""key 0":-1"#]).joined(separator: ",") + "}")
        #expect(repeated["key 0"]?.int64 == -1)
    }

    @Test("skips whole subtrees")
    func subtrees() throws {
        let node = try root(#"{"a":[[1,[2]],{"b":{"c":3}}],"d":[{"e":4},5],"f":6}"#)
        #expect(node["f"]?.int64 == 6)
        #expect(node["d"]?.elements.map(\.kind) == [.object, .number])
        #expect(node["a"]?.elements.first { $0.kind == .object }?["b"]?["c"]?.int64 == 3)
        #expect(node.members.map(\.node.kind) == [.array, .array, .number])
    }

    @Test("finds keys asked for in any order, over and over, and in several objects by turns")
    func order() throws {
        let node = try root(#"[{"a":1,"b":[{"c":9}],"c":3,"d":4},{"d":40,"c":30,"a":10}]"#)
        let objects = Array(node.elements)
        for key in ["a", "d", "d", "c", "a", "missing", "c", "missing", "d"] {
            #expect(objects[0][key]?.int64 == ["a": 1, "c": 3, "d": 4][key])
            #expect(objects[1][key]?.int64 == ["a": 10, "c": 30, "d": 40][key])
            #expect(objects[0]["b"]?.elements.first { _ in true }?[key]?.int64 == ["c": 9][key])
        }
    }

    @Test("is read by several tasks at once")
    func concurrency() async throws {
        let members = (0..<20).map { #""k\#($0)":\#($0)"# }
        let node = try root("{" + members.joined(separator: ",") + "}")
        await withTaskGroup(of: Bool.self) { group in
            for step in 1...4 {
                group.addTask {
                    (0..<2000).allSatisfy { round in
                        let index = round * step % 20
                        return node["k\(index)"]?.int64 == Int64(index)
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test("outlives the variable that held its document")
    func ownership() throws {
        let names = try (0..<100).map { try root(#"{"name":"a name long enough to be on the heap \#($0)"}"#) }
        #expect(names[42]["name"]?.string == "a name long enough to be on the heap 42")
        #expect(names[42].document.root["name"]?.kind == .string)
    }
}
