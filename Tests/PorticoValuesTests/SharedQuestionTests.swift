import PorticoValues
import Synchronization
import Testing

@Suite("A question that many ask", .timeLimit(.minutes(5)))
struct SharedQuestionTests {
    private struct Refusal: Error {}

    /// Counts how often a question was put.
    private final class Count: Sendable {
        private let number = Atomic(0)

        func next() -> Int { number.add(1, ordering: .relaxed).newValue }
    }

    @Test("is put once for all who wait, and after the last of them has asked")
    func shared() async throws {
        let asked = Count()
        let (reached, reach) = AsyncStream<Void>.makeStream()
        let (opened, open) = AsyncStream<Void>.makeStream()
        let question = SharedQuestion { () async throws -> Int in
            let number = asked.next()
            if number == 1 {
                reach.finish()
                for await _ in opened {}
            }
            return number
        }
        async let first = question.answer()
        for await _ in reached {}
        // The first question is under way: what it brings may be older than these callers.
        let late = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await question.answer() } }
            open.finish()
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(try await first == 1)
        #expect(late.allSatisfy { $0 >= 2 })
    }

    @Test("fails for those who waited for it, and not for those after them")
    func failure() async throws {
        let asked = Count()
        let question = SharedQuestion { () async throws -> Int in
            let number = asked.next()
            if number == 1 { throw Refusal() }
            return number
        }
        await #expect(throws: Refusal.self) { try await question.answer() }
        #expect(try await question.answer() == 2)
    }
}
