import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct FailureCountTests {
    private let start = Instant(milliseconds: 1_000_000)

    private func failing(_ times: Int, isOver: Bool = false) -> FailureCount {
        (0..<times).reduce(FailureCount(at: start)) { count, _ in
            count.adding(at: start, limit: 5, duration: .minutes(15), isOver: isOver)
        }
    }

    @Test("locks with the failure that reaches the limit, and not before")
    func limit() {
        #expect(failing(4).wait(at: start) == nil)
        #expect(failing(5).wait(at: start) == .minutes(15))
        #expect(failing(5).lockedUntil == start + .minutes(15))
    }

    @Test("lets in again at the end of the lock and then counts from the beginning")
    func end() {
        let locked = failing(5)
        #expect(locked.wait(at: start + .minutes(15) - .milliseconds(1)) == .milliseconds(1))
        #expect(locked.wait(at: start + .minutes(15)) == nil)
        let next = locked.adding(at: start + .minutes(15), limit: 5, duration: .minutes(15), isOver: false)
        #expect(next.failures == 1 && next.lockedUntil == nil && next.since == start + .minutes(15))
    }

    @Test("forgets failures that no longer count")
    func forgotten() {
        #expect(failing(9, isOver: true).failures == 1)
    }
}
