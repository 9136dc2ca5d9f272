/// What an engine finds out about its database when somebody asks.
public struct DatabaseExamination: Sendable, Hashable {
    /// Connections of a server that is shared with others; nil for a database without one.
    public var connections: ServerConnections?
    /// What was found, in the order in which it is worth reading.
    public var findings: [DatabaseFinding]

    /// An examination; by default of a database of which nothing is known.
    public init(connections: ServerConnections? = nil, findings: [DatabaseFinding] = []) {
        self.connections = connections
        self.findings = findings
    }
}

/// How many connections a server gives, and how many of them a process of this application may take.
public struct ServerConnections: Sendable, Hashable {
    /// The most it gives to all who come without privileges.
    public var limit: Int
    /// How many are open now, by whomever.
    public var open: Int
    /// The most that one process opens.
    public var perNode: Int

    /// Connections of a server.
    public init(limit: Int, open: Int, perNode: Int) {
        self.limit = limit
        self.open = open
        self.perNode = perNode
    }
}

/// One figure of a database, whether it is as it should be, and what to do when not.
public struct DatabaseFinding: Sendable, Hashable {
    /// What was looked at.
    public var subject: String
    /// What was found, with its unit.
    public var value: String
    /// Whether it is as it should be.
    public var isFine: Bool
    /// What it means, or what to do; may be empty.
    public var advice: String

    /// A finding.
    public init(_ subject: String, _ value: String, isFine: Bool = true, advice: String = "") {
        self.subject = subject
        self.value = value
        self.isFine = isFine
        self.advice = advice
    }

    /// Bytes as people read them: `640 B`, `12 KiB`, `1.2 MiB`, `3.4 GiB`.
    public static func bytes(_ count: Int64) -> String {
        switch count {
        case ..<1024: "\(count) B"
        case ..<1_048_576: "\(count / 1024) KiB"
        case ..<1_073_741_824: tenths(count, of: 1_048_576, "MiB")
        default: tenths(count, of: 1_073_741_824, "GiB")
        }
    }

    /// A length of time as people read it: `12 s`, `5 min`, `3 h`, `2 days`.
    public static func length(seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(max(0, seconds)) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }

    private static func tenths(_ count: Int64, of unit: Int64, _ name: String) -> String {
        "\(count / unit).\(count % unit * 10 / unit) \(name)"
    }
}
