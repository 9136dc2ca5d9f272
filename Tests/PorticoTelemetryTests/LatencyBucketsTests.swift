import Testing

@testable import PorticoTelemetry

@Suite struct LatencyBucketsTests {
    @Test("steps join without gap or overlap, and each finds itself")
    func contiguous() {
        var next: Int64 = 0
        for index in 0..<LatencyBuckets.count {
            let (lowest, width) = LatencyBuckets.range(of: index)
            #expect(lowest == next)
            #expect(LatencyBuckets.index(of: lowest) == index)
            #expect(LatencyBuckets.index(of: lowest + width - 1) == index)
            next = lowest + width
        }
        #expect(next == 1 << 42)
    }

    @Test("everything longer shares the last step", arguments: [1 << 42, 1 << 50, Int64.max])
    func clamped(nanoseconds: Int64) {
        #expect(LatencyBuckets.index(of: nanoseconds) == LatencyBuckets.count - 1)
    }
}
