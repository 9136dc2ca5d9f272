import PorticoJSON
import PorticoValues
import Testing

@Suite struct JSONWriterTests {
    @Test("puts commas between members and elements, and none at the ends")
    func commas() {
        let json = written { writer in
            writer.beginObject()
            writer.key("a")
            writer.value(1)
            writer.key("list")
            writer.beginArray()
            writer.value(true)
            writer.value(false)
            writer.null()
            writer.beginObject()
            writer.endObject()
            writer.beginArray()
            writer.endArray()
            writer.endArray()
            writer.key("last")
            writer.value("x")
            writer.endObject()
        }
        #expect(json == #"{"a":1,"list":[true,false,null,{},[]],"last":"x"}"#)
    }

    @Test("writes a scalar at the top")
    func scalar() {
        #expect(written { $0.value("x") } == #""x""#)
        #expect(written { $0.value(7) } == "7")
        #expect(written { $0.null() } == "null")
        #expect(written { _ in } == "")
    }

    @Test("escapes keys that are made at run time")
    func dynamicKeys() {
        let key = "a\"b\n"
        let json = written { writer in
            writer.beginObject()
            writer.key(key)
            writer.value(1)
            writer.endObject()
        }
        #expect(json == #"{"a\"b\n":1}"#)
    }

    @Test("takes values that are JSON already, from arrays and from other sequences")
    func raw() {
        let json = written { writer in
            writer.beginArray()
            writer.raw(Array("{\"a\":1}".utf8))
            writer.raw("[2]".utf8.lazy.map { $0 })
            writer.raw([])
            writer.value(3)
            writer.endArray()
        }
        #expect(json == #"[{"a":1},[2],null,3]"#)
    }

    @Test("writes lines of newline-delimited JSON")
    func lines() {
        let json = written { writer in
            for number in 1...3 {
                writer.beginObject()
                writer.key("n")
                writer.value(number)
                writer.endObject()
                writer.endLine()
            }
        }
        #expect(json == "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n")
    }

    @Test("starts over after its bytes are taken")
    func take() {
        var writer = JSONWriter(capacity: 1)
        writer.value("first")
        #expect(text(writer.take()) == #""first""#)
        #expect(writer.count == 0)
        writer.value("second")
        #expect(text(writer.finish()) == #""second""#)
    }

    @Test("grows over every size, from any first capacity", arguments: [0, 1, 63, 64, 1000, 70_000])
    func growth(capacity: Int) throws {
        var writer = JSONWriter(capacity: capacity)
        writer.beginArray()
        for number in 0..<20_000 { writer.value("element \(number)") }
        writer.endArray()
        let root = try JSONDocument(parsing: writer.finish()).root
        #expect(root.count == 20_000)
        #expect(root.elements.enumerated().allSatisfy { $0.element.string == "element \($0.offset)" })
    }

    @Test("keeps apart what several writers write at once")
    func concurrentWriters() async {
        let expected = String(repeating: "x", count: 200_000)
        await withTaskGroup(of: Bool.self) { group in
            for letter in ["a", "b", "c", "d", "e", "f"] {
                group.addTask {
                    let long = String(repeating: letter, count: 200_000)
                    return (0..<20).allSatisfy { _ in written { $0.value(long) } == "\"\(long)\"" }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        #expect(written { $0.value(expected) }.utf8.count == 200_002)
    }

    @Test(
        "writes integers of every length",
        arguments: [
            0, 1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999, 100_000, 123_456_789, 9_999_999_999, Int64.max,
            Int64.min, -1, -10, -99, -12_345,
        ])
    func integers(number: Int64) {
        #expect(written { $0.value(number) } == "\(number)")
        #expect(written { $0.value(Int(number)) } == "\(number)")
        #expect(written { $0.value(id: number) } == "\"\(number)\"")
    }

    @Test("writes powers of ten and their neighbours as Swift does")
    func powersOfTen() {
        var power: Int64 = 1
        for _ in 0..<18 {
            power *= 10
            for number in [power - 1, power, power + 1, -power] {
                #expect(written { $0.value(number) } == "\(number)")
            }
        }
    }

    @Test("writes instants in UTC with milliseconds")
    func instants() {
        let stamps = [
            "1970-01-01T00:00:00.000Z", "2026-11-21T10:35:38.123Z", "2000-02-29T23:59:59.999Z",
            "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
        ]
        for stamp in stamps {
            let instant = Instant(rfc3339: stamp)
            #expect(instant.map { instant in written { $0.value(instant) } } == "\"\(stamp)\"")
        }
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let instant = Instant(
                milliseconds: .random(in: -60_000_000_000_000...250_000_000_000_000, using: &generator))
            #expect(written { $0.value(instant) } == "\"\(instant.rfc3339)\"")
        }
    }

    @Test("writes days")
    func days() throws {
        let day = try #require(CalendarDate(year: 987, month: 2, day: 3))
        #expect(written { $0.value(day) } == #""0987-02-03""#)
    }
}
