import NIOCore
import PorticoRedis
import PorticoValues
import Testing

/// Values of every type, one after another, and what they are.
private let sample = """
    +OK\r\n-ERR wrong thing\r\n:-42\r\n$5\r\nhe\r\no\r\n$0\r\n\r\n$-1\r\n*-1\r\n*2\r\n:1\r\n*1\r\n$1\r\na\r\n*0\r\n\
    _\r\n#t\r\n#f\r\n,1.5e3\r\n,-inf\r\n(123456789012345678901234567890\r\n!9\r\nBAD words\r\n=8\r\ntxt:some\r\n\
    %2\r\n+a\r\n:1\r\n+b\r\n~1\r\n:2\r\n~2\r\n:1\r\n:2\r\n>2\r\n+message\r\n$2\r\nhi\r\n|1\r\n+ttl\r\n:3600\r\n+after\r\n\
    :-9223372036854775808\r\n
    """

private let expected: [RESPValue] = [
    .status("OK"), .error(RESPError("ERR wrong thing")), .number(-42), .bulk(Array("he\r\no".utf8)), .bulk([]), .null,
    .null, .list([.number(1), .list([.bulk([0x61])])]), .list([]), .null, .boolean(true), .boolean(false),
    .double(1500),
    .double(-.infinity), .bigNumber("123456789012345678901234567890"), .error(RESPError("BAD words")),
    .bulk(Array("some".utf8)),
    .map([
        RESPPair(key: .status("a"), value: .number(1)), RESPPair(key: .status("b"), value: .set([.number(2)])),
    ]),
    .set([.number(1), .number(2)]), .push([.status("message"), .bulk(Array("hi".utf8))]), .status("after"),
    .number(.min),
]

private func values(in pieces: [[UInt8]], limits: RESPLimits = RESPLimits()) throws -> [RESPValue] {
    var parser = RESPParser(limits: limits)
    var values: [RESPValue] = []
    for piece in pieces {
        parser.append(ByteBuffer(bytes: piece))
        while let value = try parser.next() { values.append(value) }
    }
    return values
}

private func values(in text: String, limits: RESPLimits = RESPLimits()) throws -> [RESPValue] {
    try values(in: [Array(text.utf8)], limits: limits)
}

@Suite struct RESPParserTests {
    @Test("reads every type of both versions")
    func types() throws {
        #expect(try values(in: sample) == expected)
    }

    @Test("reads the same when the bytes come in two pieces, wherever they are cut")
    func splits() throws {
        let bytes = Array(sample.utf8)
        for cut in 0...bytes.count {
            #expect(try values(in: [Array(bytes[..<cut]), Array(bytes[cut...])]) == expected, "cut at \(cut)")
        }
    }

    @Test("reads the same byte by byte and in random pieces", arguments: 0..<20 as Range<UInt64>)
    func pieces(seed: UInt64) throws {
        var numbers = SeededNumbers(seed)
        var rest = Array(sample.utf8)[...]
        var pieces: [[UInt8]] = []
        while !rest.isEmpty {
            let length = seed == 0 ? 1 : Int.random(in: 1...9, using: &numbers)
            pieces.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        #expect(try values(in: pieces) == expected)
    }

    @Test(
        "refuses what is no RESP",
        arguments: [
            "hello\r\n", "\r\n", "+no end\n\r\n\rx", ":12a\r\n", ":\r\n", ":99999999999999999999\r\n",
            ":9223372036854775808\r\n", "$-2\r\n", "$x\r\n", "$2\r\nabcd", "*-2\r\n", "#x\r\n", "#\r\n", "_x\r\n",
            ",\r\n", ",0x1p3\r\n", ",1.2.3\r\n", "(\r\n", "(12x\r\n", "=2\r\nab\r\n", "=4\r\nabcd\r\n", "%-1\r\n",
            "*1\r\n>0\r\n", "$?\r\n", "*?\r\n", "!-1\r\n", "~-1\r\n", "$9223372036854775807\r\n",
        ])
    func malformed(text: String) {
        #expect(throws: RESPFlaw.self) { try values(in: text) }
    }

    @Test("answers a flaw again and again")
    func flaw() throws {
        var parser = RESPParser()
        parser.append(Array("!x\r\n+OK\r\n".utf8))
        #expect(throws: RESPFlaw.self) { try parser.next() }
        parser.append(Array("+OK\r\n".utf8))
        #expect(throws: RESPFlaw.self) { try parser.next() }
    }

    @Test("keeps within its limits of depth, number and size")
    func limits() throws {
        let limits = RESPLimits(depth: 3, bulkBytes: 10, lineBytes: 40, elements: 8, totalBytes: 64)
        let allowed = [
            "*1\r\n*1\r\n*1\r\n:1\r\n", "$10\r\n0123456789\r\n", "*8\r\n" + String(repeating: ":1\r\n", count: 8),
        ]
        for text in allowed { #expect(try values(in: text, limits: limits).count == 1) }
        let refused = [
            "*1\r\n*1\r\n*1\r\n*1\r\n", "$11\r\n", "*9\r\n", "%5\r\n", "+" + String(repeating: "x", count: 41),
            "*4\r\n*5\r\n" + String(repeating: ":1\r\n", count: 9),
            "*8\r\n" + String(repeating: "$10\r\n0123456789\r\n", count: 7),
            String(repeating: "|1\r\n+a\r\n+b\r\n", count: 5),
        ]
        for text in refused { #expect(throws: RESPFlaw.self, "\(text)") { try values(in: text, limits: limits) } }
    }

    @Test("takes no memory for what is only announced")
    func announcements() throws {
        var parser = RESPParser()
        parser.append(Array("*1000000\r\n*1000000\r\n$60000000\r\n".utf8))
        #expect(try parser.next() == nil)
        #expect(parser.isMidValue && parser.pendingBytes == 0)
    }

    @Test("survives any bytes", arguments: 0..<200 as Range<UInt64>)
    func hostile(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        let alphabet = Array("+-:$*_#,(!=%~|>\r\n0123456789tfx-".utf8)
        var bytes = Array(sample.utf8)
        for _ in 0..<Int.random(in: 1...12, using: &numbers) {
            let place = Int.random(in: 0..<bytes.count, using: &numbers)
            switch Int.random(in: 0..<3, using: &numbers) {
            case 0: bytes[place] = alphabet.randomElement(using: &numbers) ?? 0
            case 1: bytes.insert(.random(in: 0...255, using: &numbers), at: place)
            default: bytes.remove(at: place)
            }
        }
        // The same bytes give the same values and end in the same way, however they are cut.
        #expect(outcome(of: [bytes]) == outcome(of: bytes.map { [$0] }))
    }

    private func outcome(of pieces: [[UInt8]]) -> [String] {
        var parser = RESPParser()
        var outcome: [String] = []
        for piece in pieces {
            parser.append(piece)
            do {
                while let value = try parser.next() { outcome.append("\(value)") }
            } catch {
                return outcome + ["flaw"]
            }
        }
        return outcome
    }
}

@Suite struct RESPValueTests {
    @Test("tells an error's code from its words")
    func codes() {
        #expect(RESPError("NOSCRIPT No matching script.").code == "NOSCRIPT")
        #expect(RESPError("ERR").code == "ERR")
        #expect(RESPError("something else").code.isEmpty && RESPError("").code.isEmpty)
    }

    @Test("gives contents as what they are wanted for")
    func accessors() {
        #expect(RESPValue.bulk(Array("12".utf8)).integer == 12 && RESPValue.number(3).integer == 3)
        #expect(RESPValue.status("OK").text == "OK" && RESPValue.number(3).text == nil)
        #expect(RESPValue.set([.null]).elements == [.null] && RESPValue.null.isNull)
        let flat = RESPValue.list([.bulk(Array("a".utf8)), .number(1), .bulk(Array("b".utf8)), .number(2)])
        #expect(flat["b"] == .number(2) && flat["c"] == nil)
        #expect(RESPValue.map([RESPPair(key: .status("a"), value: .number(1))])["a"] == .number(1))
    }
}

@Suite struct RedisCommandTests {
    @Test("writes words as bulk strings, whatever bytes they have")
    func words() {
        var command = RedisCommand("SET", "kö", [0x0D, 0x0A, 0x00] as [UInt8], 42, Int64.min)
        command.append("")
        command.append(contentsOf: RedisWords("PX", 5))
        var buffer = ByteBuffer()
        command.write(to: &buffer)
        let text =
            "*8\r\n$3\r\nSET\r\n$3\r\nkö\r\n$3\r\n\r\n\0\r\n$2\r\n42\r\n$20\r\n-9223372036854775808\r\n$0\r\n\r\n"
            + "$2\r\nPX\r\n$1\r\n5\r\n"
        #expect(String(buffer: buffer) == text)
    }

    @Test("writes what a parser reads")
    func roundTrip() throws {
        var buffer = ByteBuffer()
        RedisCommand("PUBLISH", "topic", [UInt8](0...255)).write(to: &buffer)
        var parser = RESPParser()
        parser.append(buffer)
        let value = try parser.next()
        #expect(value?.elements?.last?.bytes == [UInt8](0...255))
    }
}
