import PorticoJSON
import Testing

@Suite struct JSONDocumentTests {
    private func parse(_ json: String) throws -> JSONValue {
        try JSONValue(parsing: Array(json.utf8))
    }

    private func fault(_ bytes: [UInt8], depthLimit: Int = 64) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONDocument(parsing: bytes, depthLimit: depthLimit)
            return nil
        } catch {
            return error
        }
    }

    @Test("reads every kind of value, with and without space")
    func kinds() throws {
        #expect(try parse("null") == nil)
        #expect(try parse(" \t\r\n true \n") == true)
        #expect(try parse("false") == false)
        #expect(try parse("-12") == -12)
        #expect(try parse("2.5") == 2.5)
        #expect(try parse("\"\"") == "")
        #expect(try parse("[]") == [])
        #expect(try parse("{ }") == [:])
        #expect(try parse("[ 1 , [ ] , { } , \"a\" ]") == [1, [], [:], "a"])
        #expect(try parse("{\"a\" : {\"b\" : [null]} , \"c\":1}") == ["a": ["b": [nil]], "c": 1])
    }

    @Test(
        "refuses what is not JSON, and says where",
        arguments: [
            ("", 0), ("   ", 3), ("nul", 3), ("nulL", 0), ("True", 0), ("nullnull", 4), ("1 2", 2), ("[1,]", 3),
            ("[,1]", 1), ("[1 2]", 3), ("{\"a\":1,}", 7), ("{a:1}", 1), ("{\"a\" 1}", 5), ("{\"a\":}", 5), ("{1:2}", 1),
            ("{\"a\":1", 6), ("[1}", 2), ("{\"a\":1]", 6), ("]", 0), ("01", 1), ("-", 1), ("-a", 1), ("+1", 0),
            (".5", 0), ("1.", 2), ("1.e5", 2), ("1e", 2), ("1e+", 3), ("1e309", 0), ("0x10", 1), ("--1", 1),
            ("NaN", 0), ("'a'", 0), ("\"a", 2), ("\"\\x\"", 1), ("\"\\u12\"", 1), ("\"\\u12G4\"", 1), ("\"a\nb\"", 2),
            ("\"\\", 2), ("\"\\u00", 5), ("/**/1", 0), ("[1]//", 3), ("\u{FEFF}1", 0), ("[1\u{0}]", 2), ("1\u{0}", 1),
            ("\u{00A0}1", 0), ("{\"a\":1 \"b\":2}", 7), ("[\"a\"", 4), ("tru", 3), ("fals!", 0), ("\"\u{0}\"", 1),
        ])
    func refusals(json: String, offset: Int) {
        #expect(fault(Array(json.utf8))?.offset == offset, "\(json)")
    }

    @Test("refuses lone surrogates and reads pairs")
    func surrogates() throws {
        #expect(try parse(#""\ud83e\uddf3""#) == "🧳")
        #expect(try parse(#""\uD83E\uDDF3x""#) == "🧳x")
        let lone = [
            #""\ud83e""#, #""\uddf3""#, #""\ud83ex""#, #""\ud83e\n""#, #""\ud83e\u0041""#, #""\ud83e\ud83e""#,
            #"{"\ud800":1}"#,
        ]
        for json in lone { #expect(fault(Array(json.utf8))?.reason == "lone surrogate", "\(json)") }
        #expect(fault(Array(#""\ud83e"#.utf8))?.reason == "unexpected end of input")
        for json in [#""\ud83e\"#, #""\ud83e\u"#, #""\ud83e\udd"#, #""\u00"#] {
            #expect(fault(Array(json.utf8)) == JSONError(offset: json.utf8.count, reason: "unexpected end of input"))
        }
        #expect(fault(Array(#""\ud83e\u00zz""#.utf8)) == JSONError(offset: 7, reason: "unknown escape"))
    }

    @Test("reads every escape")
    func escapes() throws {
        #expect(try parse(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\u0000""#) == "\"\\/\u{08}\u{0C}\n\r\tAé€\u{00}")
    }

    @Test("accepts exactly the UTF-8 that the standard library accepts")
    func utf8() throws {
        let marks: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        for first in UInt8(0x80)...0xFF {
            for second in UInt8(0x80)...0xFF { try expectSameJudgement([first, second]) }
            for second in marks {
                for third in marks {
                    try expectSameJudgement([first, second, third])
                    for fourth in marks { try expectSameJudgement([first, second, third, fourth]) }
                }
            }
        }
    }

    private func expectSameJudgement(_ bytes: [UInt8]) throws {
        guard !bytes.contains(0x00) else {
            try #require(fault([0x22] + bytes + [0x22]) != nil)
            return
        }
        let isValid = String(validating: bytes, as: UTF8.self) != nil
        try #require((fault([0x22] + bytes + [0x22]) == nil) == isValid, "\(bytes)")
    }

    @Test("stops at the depth limit")
    func depth() {
        let nested = { (depth: Int) in
            [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
        }
        #expect(fault(nested(64)) == nil)
        #expect(fault(nested(65)) == JSONError(offset: 64, reason: "nested too deeply"))
        #expect(fault(nested(3), depthLimit: 3) == nil)
        #expect(fault(nested(4), depthLimit: 3)?.offset == 3)
        #expect(fault(Array("1".utf8), depthLimit: 0) == nil)
        #expect(fault([UInt8](repeating: 0x5B, count: 1_000_000))?.reason == "nested too deeply")
        let wide = "[" + String(repeating: "[],", count: 1000) + "[]]"
        #expect(fault(Array(wide.utf8), depthLimit: 2) == nil)
    }

    @Test("reports the end of the input for input that is cut off anywhere")
    func truncation() {
        let json = #" {"key":[1,-2.5e+3,true,false,null,"t\u0041\ud83e\uddf3é🧳","",{}],"other":{"a":{"b":[[]]}}} "#
        let bytes = Array(json.utf8)
        for count in 0..<bytes.count - 1 {
            let error = fault(Array(bytes[..<count]))
            #expect(error != nil, "cut at \(count)")
            #expect((error?.offset ?? .max) <= count)
        }
        #expect(fault(bytes) == nil)
        #expect(fault(Array(bytes.dropLast())) == nil)
        #expect(fault(Array("{\"a\"".utf8)) == JSONError(offset: 4, reason: "unexpected end of input"))
    }

    @Test("describes an error without repeating the input")
    func description() {
        #expect(fault(Array("[\"secret\" 1]".utf8))?.description == "expected a comma or the end at byte 10")
    }

    @Test("survives random corruption, and what it still accepts is the same after writing it again")
    func corruption() throws {
        var generator = SeededGenerator(seed: 7)
        let json =
            #"{"a":[1,-2.5e3,true,null,"x\ud83e\uddf3\né",{"b":{"c":[[],{}]}}],"long key with words":0.1,"a":""}"#
        let original = Array(json.utf8)
        let spice = Array("{}[]\",:\\u0e-+.tfn \u{0}".utf8) + [0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for _ in 0..<40_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes[place] = spice[Int.random(in: 0..<spice.count, using: &generator)]
                case 2: bytes.remove(at: place)
                default: bytes.insert(spice[Int.random(in: 0..<spice.count, using: &generator)], at: place)
                }
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            try #require(try JSONValue(parsing: value.bytes).bytes == value.bytes)
        }
    }
}
