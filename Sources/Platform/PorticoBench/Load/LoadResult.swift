/// What came of a load, of the requests that were measured.
public struct LoadResult: Sendable {
    /// How long answers took that were wanted, from sending to the last byte.
    public internal(set) var latency = LatencyRecord()
    /// Answers by their status, wanted or not.
    public internal(set) var statuses: [Int: Int] = [:]
    /// Answers that were not the ones that were wanted.
    public internal(set) var unwanted = 0
    /// Requests without a whole answer because the connection was lost, or never came to be.
    public internal(set) var lost = 0
    /// Requests without an answer in time.
    public internal(set) var late = 0
    /// Bytes received.
    public internal(set) var bytes = 0
    /// How long was measured, in seconds.
    public internal(set) var seconds = 0.0
    /// What was wrong with the last connection that was lost.
    public internal(set) var flaw: String?

    /// A result without any request.
    public init() {}

    /// Requests that were measured.
    public var requests: Int { latency.count + errors }
    /// Requests without the answer that was wanted.
    public var errors: Int { unwanted + lost + late }
    /// The share of these, 0 to 1.
    public var errorShare: Double { requests == 0 ? 0 : Double(errors) / Double(requests) }
    /// Wanted answers a second.
    public var perSecond: Double { seconds > 0 ? Double(latency.count) / seconds : 0 }

    /// Adds what another thread has counted in the same time.
    mutating func merge(_ other: LoadResult) {
        latency.merge(other.latency)
        statuses.merge(other.statuses, uniquingKeysWith: +)
        unwanted += other.unwanted
        lost += other.lost
        late += other.late
        bytes += other.bytes
        seconds = max(seconds, other.seconds)
        flaw = flaw ?? other.flaw
    }
}
