import Testing

@testable import PorticoTelemetry

@Suite struct SpanIDsTests {
    @Test("ids of one piece of work differ, and none is nothing")
    func differ() {
        // The seed from which the first state is zero, whose stirred form is zero too.
        for seed in [0, 1, 0 &- 0x9E37_79B9_7F4A_7C15] as [UInt64] {
            var ids = SpanIDs(seed: seed)
            let some = (0..<1000).map { _ in ids.next() }
            #expect(Set(some).count == 1000 && !some.contains(0))
        }
    }
}
