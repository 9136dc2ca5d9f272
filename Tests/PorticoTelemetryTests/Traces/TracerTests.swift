import PorticoValues
import Testing

@testable import PorticoTelemetry

@Suite struct TracerTests {
    private static let marked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private static let plain = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
    private let box = SpanBox()

    private func end(_ spans: SpanRecorder, isFailed: Bool = false, keepsFailure: Bool = true) -> Int {
        spans.finish(name: "x", attributes: [], isFailed: isFailed, keepsFailure: keepsFailure)
        return box.kept.count
    }

    @Test("what a caller has marked is kept, if the caller is believed")
    func marks() {
        let tracer = box.tracer(perThousand: 0)
        #expect(end(tracer.request("r", traceparent: Self.plain, isBelieved: true)) == 0)
        #expect(end(tracer.request("r", traceparent: Self.marked, isBelieved: false)) == 0)
        let kept = tracer.request("r", traceparent: Self.marked, isBelieved: true)
        #expect(kept.context.isSampled && end(kept) == 1)
    }

    @Test("what failed or was slow is kept, whatever the share, but not what fails by the thousand")
    func tail() {
        let tracer = box.tracer(perThousand: 0, slowMilliseconds: 1000)
        let late = tracer.request(
            "r", traceparent: nil, isBelieved: false, started: monotonicNanoseconds() - 1_000_000_000)
        #expect(!late.context.isSampled && end(late) == 1)
        #expect(end(tracer.request("r", traceparent: nil, isBelieved: false), isFailed: true) == 2)
        let shed = tracer.request("r", traceparent: nil, isBelieved: false)
        #expect(end(shed, isFailed: true, keepsFailure: false) == 2)
        #expect(box.kept.map { $0[0].isFailed } == [false, true])
    }

    @Test("a share is kept of the rest")
    func share() {
        let tracer = box.tracer(perThousand: 250)
        for _ in 0..<4000 { _ = end(tracer.request("r", traceparent: Self.plain, isBelieved: true)) }
        // Six standard deviations about the mean of 1,000.
        #expect((835...1165).contains(box.kept.count))
        #expect(box.kept.allSatisfy { $0[0].context.isSampled })
    }

    @Test("a run of a job is linked to what enqueued it, in its trace, and kept with it")
    func runs() throws {
        for (text, perThousand, isKept) in [(Self.marked, 0, true), (Self.plain, 1000, false)] {
            let box = SpanBox()
            let spans = box.tracer(perThousand: perThousand).run(of: text)
            spans.finish(name: "process x", attributes: [], isFailed: false)
            #expect((box.kept.count == 1) == isKept)
            guard isKept else { continue }
            let span = try #require(box.kept.first?.first)
            let sender = try #require(TraceContext(traceparent: text))
            #expect(span.kind == .consumer && span.links == [sender] && span.parent == sender.spanID)
            #expect(span.context.traceID == sender.traceID && span.context.spanID != sender.spanID)
        }
    }

    @Test("a run that nobody enqueued begins a trace of its own")
    func alone() {
        let tracer = box.tracer()
        let (one, other) = (tracer.run(of: nil), tracer.run(of: "nonsense"))
        #expect(one.context.traceID != other.context.traceID)
        #expect(end(one) == 1 && box.kept[0][0].links.isEmpty && box.kept[0][0].parent == nil)
    }
}
