import PorticoSQL
import PorticoValues
import Testing

@testable import PorticoPostgreSQL

@Suite("Whether a copy of the server may answer")
struct ReplicaStateTests {
    private let second: Int64 = 1_000_000_000
    private let rules = ReplicaRules()

    /// The primary wrote ten bytes a second for 100 seconds.
    private var history: PositionHistory {
        var history = PositionHistory(span: 60 * second)
        for step in Int64(0)...100 { history.add(LogPosition(UInt64(step * 10)), begunAt: step * second) }
        return history
    }

    private func sample(
        _ position: UInt64, age: Int64? = nil, isInRecovery: Bool = true, at seconds: Int64 = 100
    ) -> ReplicaSample {
        ReplicaSample(
            replayed: LogPosition(position), isInRecovery: isInRecovery, transactionAge: age, begunAt: seconds * second)
    }

    private func take(_ sample: ReplicaSample, _ state: inout ReplicaState) -> [ReplicaChange] {
        state.take(sample, present: LogPosition(1000), history, rules)
    }

    @Test("answers what it has come to, from its first sample on")
    func answers() {
        var state = ReplicaState()
        #expect(!state.mayAnswer(LogPosition(0), at: 100 * second, rules))
        #expect(take(sample(990), &state) == [.returned])
        #expect(state.mayAnswer(LogPosition(990), at: 100 * second, rules))
        #expect(!state.mayAnswer(LogPosition(991), at: 100 * second, rules))
        #expect(state.lag == second)
    }

    @Test("is not behind when it has everything, however old that is")
    func idle() {
        var state = ReplicaState()
        _ = take(sample(1000, age: 86_400 * second), &state)
        #expect(state.lag == 0)
    }

    @Test("is told when it is more than 5 s behind, and ejected beyond 30 s")
    func lag() {
        var state = ReplicaState()
        _ = take(sample(1000), &state)
        #expect(take(sample(940), &state) == [.late])
        #expect(state.isFollowing(at: 100 * second, rules))
        #expect(take(sample(690), &state) == [.ejected("too far behind")])
        #expect(!state.isFollowing(at: 100 * second, rules))
        #expect(take(sample(800), &state) == [], "20 s behind: below the limit, but it has yet to catch up")
        #expect(take(sample(960), &state) == [.caughtUp, .returned])
        #expect(state.mayAnswer(LogPosition(960), at: 100 * second, rules))
    }

    @Test("goes by the age of its last transaction where it is further behind than anybody remembers")
    func unknownLag() {
        var fresh = ReplicaState()
        var history = PositionHistory(span: 60 * second)
        history.add(LogPosition(1000), begunAt: 100 * second)
        _ = fresh.take(sample(10, age: 2 * second), present: LogPosition(1000), history, rules)
        #expect(fresh.lag == 2 * second)
        #expect(fresh.isFollowing(at: 100 * second, rules))
        var old = ReplicaState()
        let changes = old.take(sample(10, age: 3600 * second), present: LogPosition(1000), history, rules)
        #expect(changes.contains(.ejected("too far behind")))
        var empty = ReplicaState()
        _ = empty.take(sample(10), present: LogPosition(1000), history, rules)
        #expect(!empty.isFollowing(at: 100 * second, rules), "nothing is known of its age")
    }

    @Test("gets nothing after one failure, and returns after two good samples")
    func failure() {
        var state = ReplicaState()
        _ = take(sample(1000), &state)
        #expect(state.fail("lost") == [.ejected("no answer: lost")])
        #expect(state.fail("refused") == [], "told once")
        #expect(!state.isFollowing(at: 100 * second, rules))
        #expect(take(sample(1000), &state) == [])
        #expect(take(sample(1000), &state) == [.returned])
        #expect(state.isFollowing(at: 100 * second, rules))
    }

    @Test("is passed over while it says nothing")
    func silence() {
        var state = ReplicaState()
        _ = take(sample(1000), &state)
        #expect(state.isFollowing(at: 101 * second, rules))
        #expect(!state.isFollowing(at: 102 * second, rules))
    }

    @Test("gets nothing once it is a primary itself, or ahead of the primary, or of another cluster")
    func foreign() {
        var promoted = ReplicaState()
        _ = take(sample(1000), &promoted)
        #expect(take(sample(1000, isInRecovery: false), &promoted) == [.ejected("follows no primary")])
        var ahead = ReplicaState()
        _ = take(sample(1000), &ahead)
        #expect(take(sample(1001), &ahead) == [.ejected("no copy of this primary")])
        var other = ReplicaState()
        #expect(other.refuse() == [.ejected("no copy of this primary")])
        #expect(other.refuse() == [])
    }
}
