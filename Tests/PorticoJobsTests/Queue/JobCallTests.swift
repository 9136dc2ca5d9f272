import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoEvents
@testable import PorticoJobs

/// What nodes tell each other of jobs.
@Suite(.timeLimit(.minutes(5))) struct JobCallTests {
    /// A queue with a bell as a worker has one.
    private struct Hearer {
        let queue = JobQueue(clock: Clock(standingAt: Workshop.start))
        let bell = EventBell()

        init() { queue.add(bell) }

        var orders: Int { queue.orders.load(ordering: .relaxed) }
    }

    private let other = "0191e0a4-0000-7000-8000-000000000000"

    @Test("a call wakes the workers of its schema, an order has them look at once, and their own calls do nothing")
    func hears() {
        let hearer = Hearer()
        hearer.queue.hear(JobCall.address(of: .orders, from: hearer.queue.name) + "bags", in: "bags")
        hearer.queue.hear(JobCall.address(of: .orders, from: other) + "live", in: "bags")
        #expect(!hearer.bell.hasRung && hearer.orders == 0)
        hearer.queue.hear(JobCall.address(of: .work, from: other) + "bags", in: "bags")
        #expect(hearer.bell.hasRung && hearer.orders == 0)
        hearer.queue.hear(JobCall.address(of: .orders, from: other) + "bags", in: "bags")
        #expect(hearer.orders == 1)
    }

    @Test("what can't be read may be any call", arguments: ["", "bags", "work", "work somebody", "rumour a bags"])
    func hearsEverything(payload: String) {
        let hearer = Hearer()
        hearer.queue.hear(payload, in: "bags")
        #expect(hearer.bell.hasRung && hearer.orders == 1)
    }

    @Test("calls that wait become one, an order is not lost among them, and none waits where nobody sends any")
    func collects() {
        let (calls, bell) = (JobCalls(), EventBell())
        calls.ask(.work)
        #expect(calls.take() == nil)
        calls.add(bell)
        calls.ask(.orders)
        calls.ask(.work)
        #expect(bell.hasRung)
        #expect(calls.take() == .orders)
        #expect(calls.take() == nil)
        calls.remove(bell)
        calls.ask(.work)
        #expect(!calls.areSent && calls.take() == nil)
    }

    @Test(
        "a run that nobody wants any more is told so as soon as its node hears of it", arguments: TestEngine.available)
    func heedsAtOnce(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let there = JobQueue(clock: shop.clock)
            let started = Gate()
            let worker = shop.worker(queue: there) { _, _ in
                started.open()
                try await Task.sleep(for: .seconds(3600))
                return nil
            }
            let ticket = try await shop.enqueue(Chore(1))
            _ = try await worker.turn(thorough: true)
            await started.wait()
            try await shop.database.write { try shop.queue.cancel(ticket.id, in: $0) }
            // The stopwatch stands: what is looked at once a second is not looked at.
            _ = try await worker.turn(thorough: false)
            #expect(worker.running == 1)
            there.hear(JobCall.address(of: .orders, from: shop.queue.name) + "test", in: "test")
            _ = try await worker.turn(thorough: false)
            while worker.running > 0 { await Task.yield() }
            #expect(try await shop.record(ticket)?.state == .cancelled)
        }
    }
}
