/// Figures that an application keeps beside the rows they count, for the operator who compares and mends them.
///
/// Both closures may run on a database that nodes work with.
public struct KeptCounters: Sendable {
    /// One counter beside its rows.
    public struct Line: Sendable, Hashable {
        /// What is counted, as the operator reads it: `lucknow, child.linked`.
        public let name: String
        /// What the counter says.
        public let kept: Int64
        /// What the rows say.
        public let counted: Int64

        /// A counter beside its rows.
        public init(_ name: String, kept: Int64, counted: Int64) {
            self.name = name
            self.kept = kept
            self.counted = counted
        }

        /// Whether counter and rows agree.
        public var isRight: Bool { kept == counted }
    }

    /// Every counter and every count of the rows, in one snapshot, in the order in which they are read best.
    public let compare: @Sendable (Reading) throws -> [Line]
    /// The same in the caller's transaction, which then has every counter say what its rows say. Changes nothing where
    /// all agree. What nodes keep of the old figures must be outdated by it.
    public let rebuild: @Sendable (Transaction) throws -> [Line]

    /// How counters are compared and mended.
    public init(
        compare: @escaping @Sendable (Reading) throws -> [Line],
        rebuild: @escaping @Sendable (Transaction) throws -> [Line]
    ) {
        self.compare = compare
        self.rebuild = rebuild
    }
}

extension Application {
    /// None.
    public var counters: KeptCounters? { nil }
}
