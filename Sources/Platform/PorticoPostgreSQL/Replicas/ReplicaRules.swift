import PorticoValues

/// A copy of the server that follows it by streaming replication.
public struct ReplicaAddress: Sendable {
    /// Where it is, as the primary's URL says it: the same database and schema. Never printed.
    public let url: Secret<String>
    /// Its part of the reads in proportion to the others', at least 1.
    public let weight: Int

    /// A copy.
    public init(url: String, weight: Int = 1) {
        self.url = Secret(url)
        self.weight = max(1, weight)
    }
}

/// When a copy may answer.
public struct ReplicaRules: Sendable {
    /// How far behind it may be; beyond that it is ejected.
    public var ejectAfter: Span = .seconds(30)
    /// From when on its lag is told. An ejected copy returns below this.
    public var warnAfter: Span = .seconds(5)
    /// Between two looks at where it stands.
    public var interval: Span = .milliseconds(250)
    /// After how long without an answer it is passed over.
    public var silence: Span = .seconds(2)
    /// How long a read waits for a copy that is about to have what the read needs, before it goes to the primary.
    public var patience: Span = .milliseconds(10)

    /// The usual ones.
    public init() {}
}

/// How a copy stands.
public struct ReplicaReport: Sendable, Hashable {
    /// Host and port.
    public let name: String
    /// Whether it gets reads.
    public let isFollowing: Bool
    /// How far it is behind in milliseconds; nil when that is not known.
    public let lag: Int64?
    /// Why it gets none, in words without secrets; empty while it does.
    public let fault: String
    /// Whether it is further behind than is good.
    public let isLate: Bool
}
