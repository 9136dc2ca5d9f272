import PorticoSQL
import PorticoTesting
import Testing

@testable import PorticoPostgreSQL

@Suite("A question that many ask")
struct SharedQuestionTests {
    @Test("is put once for all who wait, and after the last of them has asked")
    func shared() async throws {
        let (asked, reached, opened) = (Tally(), Signal(), Signal())
        let question = SharedQuestion { () async throws -> Int in
            let number = asked.add()
            if number == 1 {
                reached.give()
                await opened.wait()
            }
            return number
        }
        async let first = question.answer()
        await reached.wait()
        // The first question is under way: what it brings may be older than these callers.
        let late = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await question.answer() } }
            opened.give()
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(try await first == 1)
        #expect(late.allSatisfy { $0 >= 2 })
    }

    @Test("fails for those who waited for it, and not for those after them")
    func failure() async throws {
        let asked = Tally()
        let question = SharedQuestion { () async throws -> Int in
            let number = asked.add()
            if number == 1 { throw Refusal() }
            return number
        }
        await #expect(throws: Refusal.self) { try await question.answer() }
        #expect(try await question.answer() == 2)
    }
}
