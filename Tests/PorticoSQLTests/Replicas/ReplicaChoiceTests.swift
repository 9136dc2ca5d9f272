import Testing

@testable import PorticoPostgreSQL

@Suite("Choosing among copies of the server")
struct ReplicaChoiceTests {
    @Test("chooses by weight")
    func weights() {
        let candidates = [(place: 0, weight: 1), (place: 1, weight: 3)]
        let chosen = (UInt64(0)..<20_000).map { ReplicaChoice.choose(candidates, key: $0) }
        let second = chosen.count { $0 == 1 }
        #expect((14_600...15_400).contains(second), "\(second) of 20,000 for three quarters of the weight")
    }

    @Test("sends a caller to the same copy, and moves only the callers of one that is lost")
    func stays() {
        let all = [(place: 0, weight: 1), (place: 1, weight: 1), (place: 2, weight: 1)]
        for key in UInt64(0)..<2000 {
            let before = ReplicaChoice.choose(all, key: key)
            #expect(before == ReplicaChoice.choose(all, key: key))
            if before != 1 {
                #expect(ReplicaChoice.choose(all.filter { $0.place != 1 }, key: key) == before)
            }
        }
    }

    @Test("chooses nothing from nothing")
    func none() {
        #expect(ReplicaChoice.choose([], key: 1) == nil)
    }
}
