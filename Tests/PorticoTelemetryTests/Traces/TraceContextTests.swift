import PorticoTelemetry
import Testing

@Suite struct TraceContextTests {
    @Test("is written as it was read", arguments: ["00", "01", "03", "ff"])
    func roundTrip(flags: String) throws {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-\(flags)"
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceparent == text)
        #expect(context.traceID == TraceContext.TraceID(high: 0x4bf9_2f35_77b3_4da6, low: 0xa3ce_929d_0e0e_4736))
        #expect(context.spanID == 0x00f0_67aa_0ba9_02b7 && context.spanDigits == "00f067aa0ba902b7")
        #expect(context.isSampled == (flags != "00"))
    }

    @Test(
        "is not read out of anything else",
        arguments: [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
            "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "",
        ])
    func refused(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test("an id of a trace is never nothing")
    func nothing() {
        #expect(TraceContext.TraceID(high: 0, low: 0) != TraceContext.TraceID(high: 0, low: 2))
        #expect(TraceContext.TraceID(high: 0, low: 0).low == 1)
    }
}
