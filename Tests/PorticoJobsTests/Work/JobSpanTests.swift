import PorticoJobs
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import Testing

@Suite("The spans of jobs", .timeLimit(.minutes(5))) struct JobSpanTests {
    private static let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private struct Refusal: Error {}

    private let box = SpanBox()

    /// What a request does, and its spans.
    private func request(_ tracer: Tracer, _ body: () async throws -> Void) async throws -> [TraceSpan] {
        let spans = tracer.request("request-77", traceparent: Self.sent, isBelieved: true)
        let measure = RequestMeasure(requestID: "request-77", traceparent: Self.sent, spans: spans)
        try await RequestMeasure.$current.withValue(measure) { try await body() }
        spans.finish(name: "POST /chores", attributes: [], isFailed: false)
        return try #require(box.kept.last)
    }

    private func worker(
        _ shop: Workshop, _ tracer: Tracer, doing body: (@Sendable (Chore, JobRun) async throws -> Void)? = nil
    ) -> JobWorker {
        var configuration = JobWorker.Configuration(application: "test")
        configuration.tracer = tracer
        return shop.worker(configuration) { chore, run in
            try await body?(chore, run)
            return nil
        }
    }

    @Test("a run is linked to the enqueueing, in the trace of the request", arguments: TestEngine.available)
    func linked(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let tracer = box.tracer(perThousand: 0)
            var ticket: JobTicket?
            let request = try await request(tracer) { ticket = try await shop.enqueue(Chore(1)) }
            let id = try #require(ticket?.id)
            let sending = try #require(request.first { $0.kind == .producer })
            #expect(sending.name == "enqueue test.chore" && sending.parent == request[0].context.spanID)
            #expect(sending.attributes.contains(SpanAttribute("messaging.message.id", "\(id)")))
            let statement = try #require(request.first { $0.name == "jobs.enqueue" })
            #expect(
                statement.attributes.contains(SpanAttribute("db.system.name", shop.database.dialect.rawValue)))
            #expect(statement.parent == request[0].context.spanID)
            try await worker(shop, tracer) { _, run in
                #expect(run.origin?.requestID == "request-77")
                _ = try await shop.database.read { try $0.scalar("chore.look", "SELECT 7", as: Int.self) }
            }.runUntilIdle()
            #expect(box.kept.count == 2)
            let run = try #require(box.kept.last)
            #expect(run.map(\.name) == ["process test.chore", "chore.look"])
            #expect(run[0].kind == .consumer && run[0].links == [sending.context])
            #expect(run[0].parent == sending.context.spanID && run[1].parent == run[0].context.spanID)
            #expect(Set((request + run).map(\.context.traceID)) == [sending.context.traceID])
            #expect(run[0].attributes.contains(SpanAttribute("portico.job.outcome", "succeeded")))
            #expect(run[0].attributes.contains(SpanAttribute("portico.request.id", "request-77")))
        }
    }

    @Test("jobs that are enqueued together are linked to one span", arguments: TestEngine.available)
    func together(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let tracer = box.tracer(perThousand: 0)
            let request = try await request(tracer) {
                try await shop.database.write { [queue = shop.queue] transaction in
                    _ = try queue.enqueue(all: [Chore(1), Chore(2), Chore(3, key: "same")], in: transaction)
                }
            }
            let sendings = request.filter { $0.kind == .producer }
            let sending = try #require(sendings.first)
            #expect(sendings.count == 1)
            #expect(sending.attributes.contains(SpanAttribute("messaging.batch.message_count", 3)))
            try await worker(shop, tracer).runUntilIdle()
            let runs = box.kept.dropFirst()
            #expect(runs.count == 3 && runs.allSatisfy { $0[0].links == [sending.context] })
        }
    }

    @Test(
        "what is not committed, and what counts as the same as another, was not enqueued",
        arguments: TestEngine.available)
    func nothing(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.enqueue(Chore(1, key: "same"))
            let request = try await request(box.tracer()) {
                try await shop.enqueue(Chore(2, key: "same"))
                await #expect(throws: Refusal.self) {
                    try await shop.database.write { [queue = shop.queue] transaction in
                        _ = try queue.enqueue(Chore(3), in: transaction)
                        throw Refusal()
                    }
                }
            }
            #expect(!request.contains { $0.kind == .producer } && request.contains { $0.name == "jobs.enqueue" })
        }
    }

    @Test("a job that nobody enqueued for a request begins a trace, which those go on that it enqueues")
    func alone() async throws {
        try await withWorkshop(on: .sqlite) { shop in
            let tracer = box.tracer()
            try await shop.enqueue(Chore(1))
            try await worker(shop, tracer) { chore, _ in
                guard chore.number == 1 else { return }
                try await shop.enqueue(Chore(2))
            }.runUntilIdle()
            #expect(box.kept.count == 2)
            let (first, second) = (try #require(box.kept.first), try #require(box.kept.last))
            let sending = try #require(first.first { $0.kind == .producer })
            #expect(first[0].links.isEmpty && first[0].parent == nil && second[0].links == [sending.context])
            #expect(second[0].context.traceID == first[0].context.traceID)
        }
    }

    @Test("a run that failed is kept although its trace is not, with the code of its failure")
    func failed() async throws {
        try await withWorkshop(on: .sqlite) { shop in
            try await shop.enqueue(Chore(1))
            try await shop.enqueue(Chore(2))
            try await worker(shop, box.tracer(perThousand: 0)) { chore, _ in
                if chore.number == 1 { throw JobFailure.permanent("broken", "It broke.", detail: "geheim") }
            }.runUntilIdle()
            let run = try #require(box.kept.first?.first)
            #expect(box.kept.count == 1 && run.isFailed && !"\(run)".contains("geheim"))
            #expect(run.attributes.contains(SpanAttribute("error.type", "broken")))
            #expect(run.attributes.contains(SpanAttribute("portico.job.outcome", "failed")))
        }
    }
}
