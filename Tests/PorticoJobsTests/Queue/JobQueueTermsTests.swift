import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(5))) struct JobQueueTermsTests {
    /// Counts how many run at once.
    private final class Crowd: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock(\.most) }

        func visit() async {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
            for _ in 0..<20 { await Task.yield() }
            state.withLock { $0.now -= 1 }
        }
    }

    @Test("a queue keeps to the most that may run on all nodes together", arguments: TestEngine.available)
    func scalesTogether(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let second = try await shop.test.openAgain()
            try await shop.database.write { transaction in
                try shop.queue.scale("default", atMost: 3, perNode: nil, in: transaction)
                try shop.queue.enqueue(all: (1...120).map { Chore($0) }, in: transaction)
            }
            let crowd = Crowd()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for node in 0..<6 {
                    let worker = shop.worker(
                        on: node % 2 == 0 ? shop.database : second, queue: JobQueue(clock: shop.clock)
                    ) { chore, _ in
                        await crowd.visit()
                        shop.note(chore.number)
                        return nil
                    }
                    group.addTask { try await worker.runUntilIdle() }
                }
                try await group.waitForAll()
            }
            #expect(shop.done.sorted() == Array(1...120))
            #expect((1...3).contains(crowd.most))
        }
    }

    @Test("places on each node are changed while they run", arguments: TestEngine.available)
    func scalesHere(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            try await shop.database.write { transaction in
                try shop.queue.scale("default", atMost: nil, perNode: 1, in: transaction)
                try shop.queue.enqueue(all: (1...40).map { Chore($0) }, in: transaction)
            }
            let (crowd, next) = (Crowd(), Gate())
            let worker = shop.worker { chore, _ in
                await crowd.visit()
                // Goes on only beside the one after it.
                if chore.number == 21 { await next.wait() }
                if chore.number == 22 { next.open() }
                if chore.number == 20 {
                    #expect(crowd.most == 1)
                    try await shop.database.write {
                        try shop.queue.scale("default", atMost: nil, perNode: 12, in: $0)
                    }
                }
                shop.note(chore.number)
                return nil
            }
            try await worker.runUntilIdle()
            #expect(shop.done.sorted() == Array(1...40))
            #expect(crowd.most <= 12)
        }
    }

    @Test("pausing, resuming and scaling do not undo each other", arguments: TestEngine.available)
    func keepsTerms(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            func terms() async throws -> JobQueueTerms? {
                try await shop.database.read { try shop.queue.terms(in: $0)["imports"] }
            }
            try await shop.database.write { transaction in
                try shop.queue.scale("imports", atMost: 4, perNode: 2, in: transaction)
                try shop.queue.pause("imports", in: transaction)
            }
            let paused = try #require(try await terms())
            #expect(paused.isPaused && paused.atMost == 4 && paused.perNode == 2)
            try await shop.database.write { try shop.queue.resume("imports", in: $0) }
            let resumed = try #require(try await terms())
            #expect(!resumed.isPaused && resumed.atMost == 4)
            try await shop.database.write { try shop.queue.scale("imports", atMost: nil, perNode: nil, in: $0) }
            #expect(try await terms() == nil, "nothing is left to be said of it")
        }
    }
}
