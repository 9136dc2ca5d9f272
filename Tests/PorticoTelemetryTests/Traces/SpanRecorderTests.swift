import PorticoValues
import Testing

@testable import PorticoTelemetry

@Suite struct SpanRecorderTests {
    private static let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private let box = SpanBox()

    private func finish(_ spans: SpanRecorder) throws -> [TraceSpan] {
        spans.finish(name: "GET /x", attributes: [SpanAttribute("http.route", "/x")], isFailed: false)
        return try #require(box.kept.last)
    }

    @Test("the span of a request is a child of the caller's, and what the request does is a child of its own")
    func parents() throws {
        let spans = box.tracer().request("r", traceparent: Self.sent, isBelieved: true)
        let call = spans.open()
        spans.record(statement: "bags.find", in: "postgresql", nanoseconds: 2_000_000, rows: 3)
        spans.record(call, kind: .client, name: "GET", from: monotonicNanoseconds())
        let kept = try finish(spans)
        #expect(kept.map(\.name) == ["GET /x", "bags.find", "GET"])
        #expect(kept.map(\.kind) == [.server, .client, .client])
        #expect(kept[0].parent == 0x00f0_67aa_0ba9_02b7 && kept[0].attributes == [SpanAttribute("http.route", "/x")])
        #expect(kept[1].parent == kept[0].context.spanID && kept[2].parent == kept[0].context.spanID)
        #expect(Set(kept.map(\.context.spanID)).count == 3 && kept[2].context == call)
        #expect(kept.allSatisfy { $0.context.traceparent.hasPrefix(Self.sent.prefix(36)) && $0.context.isSampled })
        #expect(kept[1].end - kept[1].start == 2_000_000 && kept[1].end <= kept[0].end)
        #expect(
            kept[1].attributes == [
                SpanAttribute("db.system.name", "postgresql"), SpanAttribute("db.query.summary", "bags.find"),
                SpanAttribute("portico.rows", 3),
            ])
    }

    @Test("a request without a caller begins the trace that its log lines name")
    func roots() throws {
        let id = "e5a83fa53e54aaacb49f53f94bcd81b0"
        let spans = box.tracer().request(id, traceparent: nil, isBelieved: true)
        let measure = RequestMeasure(requestID: id, traceparent: nil, spans: spans)
        #expect(measure.origin?.traceID == id && measure.origin?.traceparent == spans.context.traceparent)
        #expect(try finish(spans)[0].parent == nil)
    }

    @Test("spans tell the system's time, and a statement of an engine in the process is a call to nobody")
    func times() throws {
        let spans = box.tracer().request("r", traceparent: nil, isBelieved: true)
        spans.record(statement: "bags.add", in: "sqlite", nanoseconds: 1, rows: 0, error: "uniqueViolation")
        let kept = try finish(spans)
        #expect(abs(kept[0].start / 1_000_000 - Clock().now().milliseconds) < 60_000)
        #expect(kept[1].kind == .inner && kept[1].isFailed)
        #expect(kept[1].attributes.last == SpanAttribute("error.type", "uniqueViolation"))
    }

    @Test("many statements are added up, and leave room for calls; what finds none is told by the work itself")
    func bound() throws {
        let spans = box.tracer().request("r", traceparent: nil, isBelieved: true)
        for _ in 0..<100 { spans.record(statement: "s", in: "sqlite", nanoseconds: 3000, rows: 1) }
        let calls = (0..<40).map { _ in spans.open() }
        for call in calls { spans.record(call, kind: .client, name: "GET", from: monotonicNanoseconds()) }
        let kept = try finish(spans)
        #expect(kept.count == SpanRecorder.limit)
        #expect(kept.count { $0.name == "s" } == SpanRecorder.statementLimit - 1)
        #expect(calls.count { $0 == nil } == 8)
        // Five statements and eight calls.
        #expect(kept[0].attributes.contains(SpanAttribute("portico.spans.left_out", 13)))
        #expect(kept[0].attributes.contains { $0.key == "portico.spans.left_out_microseconds" })
    }

    @Test("what comes after the end is nobody's, and there is one end")
    func late() throws {
        let spans = box.tracer().request("r", traceparent: nil, isBelieved: true)
        let call = spans.open()
        let kept = try finish(spans)
        spans.record(statement: "s", in: "sqlite", nanoseconds: 1, rows: 1)
        spans.record(call, kind: .client, name: "GET", from: monotonicNanoseconds())
        #expect(spans.open() == nil)
        _ = try finish(spans)
        #expect(kept.count == 1 && box.kept.count == 1)
    }

    @Test("threads that record at once lose nothing")
    func atOnce() async throws {
        let spans = box.tracer().request("r", traceparent: nil, isBelieved: true)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<10 { spans.record(statement: "s\(task)", in: "sqlite", nanoseconds: 1, rows: 1) }
                }
            }
        }
        let kept = try finish(spans)
        #expect(kept.count == 81 && Set(kept.map(\.context.spanID)).count == 81)
    }

    @Test("work that nobody traces records nothing")
    func off() {
        let measure = RequestMeasure(requestID: "r", traceparent: Self.sent)
        #expect(measure.spans == nil && measure.origin?.traceparent == Self.sent)
    }
}
