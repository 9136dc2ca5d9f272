/// How much room a table and its indexes take, as the engine's own statistics have it: nothing is counted for it.
public struct TableRoom: Sendable, Hashable {
    /// One index.
    public struct Index: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// What it takes on disk.
        public var bytes: Int64
        /// How many rows it held when the engine last looked; nil when it has not looked yet.
        public var entries: Int64?
        /// Whether building it anew was cut short and left something behind, which takes room and may slow every change
        /// until it is built anew.
        public var hasRemains: Bool

        /// An index.
        public init(name: String, bytes: Int64, entries: Int64?, hasRemains: Bool = false) {
            self.name = name
            self.bytes = bytes
            self.entries = entries
            self.hasRemains = hasRemains
        }
    }

    /// Its name.
    public var table: String
    /// What the rows take on disk, without indexes.
    public var bytes: Int64
    /// Rows that count.
    public var live: Int64
    /// Rows that were changed or removed, and wait to be cleared away.
    public var dead: Int64
    /// Its indexes, the largest first.
    public var indexes: [Index]

    /// The room of a table.
    public init(table: String, bytes: Int64, live: Int64, dead: Int64, indexes: [Index]) {
        self.table = table
        self.bytes = bytes
        self.live = live
        self.dead = dead
        self.indexes = indexes
    }
}

/// What became of the wish to have an index built anew.
public enum IndexRebuild: Sendable, Hashable {
    /// It is new.
    case done
    /// It can't be done here, and why.
    case impossible(String)
}
