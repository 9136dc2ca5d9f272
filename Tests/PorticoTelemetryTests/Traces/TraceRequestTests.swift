import PorticoValues
import Testing

@testable import PorticoTelemetry

@Suite struct TraceRequestTests {
    private static let context = TraceContext(
        traceID: TraceContext.TraceID(high: 0x4bf9_2f35_77b3_4da6, low: 0xa3ce_929d_0e0e_4736),
        spanID: 0x0102_0304_0506_0708, isSampled: true)
    private let request = TraceRequest(resource: [SpanAttribute("service.name", "bags")], version: "1.4")

    /// The bytes are those that Google's library writes for the same message by the published definitions.
    @Test("is byte for byte what others write")
    func bytes() {
        let sender = TraceContext(traceID: Self.context.traceID, spanID: 0x00f0_67aa_0ba9_02b7, isSampled: true)
        let span = TraceSpan(
            Self.context, parent: sender.spanID, kind: .consumer, name: "process x", start: 1_790_000_000_000_000_001,
            end: 1_790_000_000_000_000_300,
            attributes: [SpanAttribute("n", 300), SpanAttribute("m", -1), SpanAttribute("t", "é")], links: [sender],
            isFailed: true)
        let expected =
            "0af2010a180a160a0c736572766963652e6e616d6512060a046261677312d5010a0e0a07706f727469636f1203312e34"
            + "1299010a104bf92f3577b34da6a3ce929d0e0e473612080102030405060708220800f067aa0ba902b72a0970726f6365"
            + "737320783005390100f323845bd718412c01f323845bd7184a080a016e120318ac024a100a016d120b18ffffffffffff"
            + "ffffff014a090a017412040a02c3a96a210a104bf92f3577b34da6a3ce929d0e0e4736120800f067aa0ba902b7350103"
            + "00007a0218028501010300001a2768747470733a2f2f6f70656e74656c656d657472792e696f2f736368656d61732f31"
            + "2e33372e30"
        #expect(request.bytes([span]).hexadecimal == expected)
    }

    @Test("the first span of a trace has no parent, and what did not fail no status")
    func plain() {
        let span = TraceSpan(Self.context, kind: .server, name: "GET", start: 5, end: 3)
        #expect(span.end == 5)
        let numbers = TraceRequestTests.fields(request.bytes([span]), at: [1, 2, 2]).map { $0.number }
        #expect(numbers == [1, 2, 5, 6, 7, 8, 16])
        let flags = TraceRequestTests.fields(request.bytes([span]), at: [1, 2, 2]).last?.value
        #expect(flags == .number(0x101))
    }

    @Test("reads what it writes, and stops where bytes are no message")
    func reader() {
        var writer = ProtobufWriter()
        writer.varint(1, .max)
        writer.fixed64(2, 7)
        writer.fixed32(3, 8)
        writer.text(4, "é")
        #expect(
            TraceRequestTests.fields(writer.bytes, at: []).map { $0.value } == [
                .number(.max), .number(7), .number(8), .bytes([0xC3, 0xA9]),
            ])
        for length in 0..<writer.bytes.count {
            #expect(TraceRequestTests.fields(Array(writer.bytes.prefix(length)), at: []).count < 4)
        }
        let broken: [[UInt8]] = [
            [0x0A], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x0B], [0x09, 1],
            Array(repeating: 0xFF, count: 30),
        ]
        for bytes in broken { #expect(TraceRequestTests.fields(bytes, at: []).isEmpty) }
    }

    /// The fields of the message that lies under those numbers; the first of each counts.
    private static func fields(
        _ bytes: [UInt8], at path: [Int]
    ) -> [(number: Int, value: ProtobufReader.Value)] {
        var reader = ProtobufReader(bytes)
        var fields: [(number: Int, value: ProtobufReader.Value)] = []
        while let field = reader.next() { fields.append(field) }
        guard let next = path.first else { return fields }
        guard case .bytes(let inner)? = fields.first(where: { $0.number == next })?.value else { return [] }
        return self.fields(inner, at: Array(path.dropFirst()))
    }
}
