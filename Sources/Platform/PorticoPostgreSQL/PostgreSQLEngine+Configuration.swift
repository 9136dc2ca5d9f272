import Glibc
import PorticoSQL
import PorticoValues

extension PostgreSQLEngine {
    /// Where the server is, and how much of it the engine may use.
    public struct Configuration: Sendable {
        /// `postgres://user:password@host:port/database?sslmode=…`, as libpq reads it. Never printed.
        public var url: Secret<String>
        /// The schema of the application: lower-case letters, digits and `_`.
        public var schema: String
        /// Whether the schema is made when it is missing.
        public var createsSchema = true
        /// Connections kept open when there is nothing to do.
        public var base: Int
        /// How many more there may be under load.
        public var overflow: Int
        /// How many reads of one snapshot a server on this machine works at together; a server elsewhere gets as many as
        /// there are connections. More processes than a few for each core take turns on the cores instead of working:
        /// with 8 callers on 2 cores the slowest hundredth waited 18 ms with 4 readers and 62 ms with 20.
        public var localReaders: Int = 4
        /// How many transactions a server on this machine works at together, for the same reason: with 64 callers on 2
        /// cores the slowest hundredth of packing scans waited 97 ms with 6 and 177 ms with 50, and 6 did a fifth more.
        public var localWriters: Int = usualLocalWriters
        /// The most connections for reads at length, opened when needed and closed after ``idleTimeout``.
        public var longReaders: Int = 8
        /// Connections that single statements share.
        public var lanes: Int = 2
        /// How long work waits for a connection before `.poolTimeout`.
        public var acquireTimeout: Span
        /// How long a statement may run before `.statementTimeout`.
        public var statementTimeout: Span
        /// How long a transaction may rest between statements before the server ends it.
        public var restTimeout: Span = .seconds(60)
        /// After which an unused connection above ``base`` is closed.
        public var idleTimeout: Span = .seconds(60)
        /// After which a connection is replaced, give or take a tenth, so that servers behind one name share the load.
        public var maxLifetime: Span = .minutes(30)
        /// The most prepared statements a connection keeps.
        public var statementCapacity: Int = 200
        /// Copies of the server that may answer reads that allow it.
        public var replicas: [ReplicaAddress] = []
        /// When they may.
        public var replicaRules = ReplicaRules()
        /// Hears when so many connections of a pool are at work that it is worth telling: once for each level that is
        /// passed upward.
        public var onPoolLevel: @Sendable (_ pool: String, PoolLevel) -> Void = { _, _ in }
        /// Hears what becomes of a copy, named by host and port.
        public var onReplicaChange: @Sendable (_ replica: String, ReplicaChange) -> Void = { _, _ in }

        /// Three for each core: one at work on it, one that waits for the disk, and one that has come for its turn.
        public static let usualLocalWriters = max(4, 3 * sysconf(Int32(_SC_NPROCESSORS_ONLN)))

        /// Settings for a server and a schema, the others as they are usual.
        public init(
            url: String, schema: String, base: Int = 20, overflow: Int = 30, acquireTimeout: Span = .seconds(2),
            statementTimeout: Span = .seconds(30)
        ) {
            self.url = Secret(url)
            self.schema = schema
            self.base = max(1, base)
            self.overflow = max(0, overflow)
            self.acquireTimeout = acquireTimeout
            self.statementTimeout = statementTimeout
        }
    }
}
