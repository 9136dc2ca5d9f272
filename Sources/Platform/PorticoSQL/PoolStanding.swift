import PorticoTelemetry

/// One pool of an engine: how it stands, how long work waited for it, and what it did lately.
public struct PoolStanding: Sendable {
    /// Its name, as the figures call it.
    public var name: String
    /// Connections at this moment.
    public var status: PoolStatus
    /// How long each piece of work waited for a connection, since the engine was opened.
    public var waits: LatencySnapshot
    /// What it did in the last minutes; nil where connections are shared and nobody holds one.
    public var load: PoolLoad?

    /// A standing.
    public init(name: String, status: PoolStatus, waits: LatencySnapshot = .empty, load: PoolLoad? = nil) {
        self.name = name
        self.status = status
        self.waits = waits
        self.load = load
    }
}

/// What a pool did in the last five minutes, counted in steps of ten seconds that are over.
public struct PoolLoad: Sendable, Hashable {
    /// Nanoseconds that were looked at; 0 while the first step is under way.
    public var nanoseconds: Int64
    /// Pieces of work that began: transactions and reads.
    public var count: Int
    /// Nanoseconds that connections were at work, all of them together.
    public var busyNanoseconds: Int64
    /// Connections at work in the busiest step, on average.
    public var busiestInUse: Double
    /// How near its limit the pool is; nil where a high use says nothing.
    public var level: PoolLevel?

    /// A load.
    public init(
        nanoseconds: Int64, count: Int, busyNanoseconds: Int64, busiestInUse: Double, level: PoolLevel? = nil
    ) {
        self.nanoseconds = nanoseconds
        self.count = count
        self.busyNanoseconds = busyNanoseconds
        self.busiestInUse = busiestInUse
        self.level = level
    }

    /// Pieces of work a second.
    public var perSecond: Double { nanoseconds > 0 ? Double(count) * 1_000_000_000 / Double(nanoseconds) : 0 }

    /// How long one held its connection on average, in nanoseconds; 0 when there was none.
    public var holdNanoseconds: Int64 { count > 0 ? busyNanoseconds / Int64(count) : 0 }

    /// Connections at work on average, which is ``perSecond`` times the hold (J. D. C. Little, "A Proof for the Queuing
    /// Formula: L = λW", Operations Research 9(3), 1961).
    public var inUse: Double { nanoseconds > 0 ? Double(busyNanoseconds) / Double(nanoseconds) : 0 }
}
