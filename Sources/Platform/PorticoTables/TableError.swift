/// Why a file can't be read as a table, or a table not be written.
public struct TableError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds that callers treat differently.
    public struct Code: Sendable, Hashable {
        private enum Kind {
            case unsupported, damaged, tooDense, storage, tooLarge, cancelled
        }
        private let kind: Kind

        /// The file is no table of a kind that is read here.
        public static let unsupported = Code(kind: .unsupported)
        /// The file is cut off, or breaks the rules of its kind.
        public static let damaged = Code(kind: .damaged)
        /// The file would become far larger when it is unpacked.
        public static let tooDense = Code(kind: .tooDense)
        /// The disk failed or is full.
        public static let storage = Code(kind: .storage)
        /// The table has more than the format can hold.
        public static let tooLarge = Code(kind: .tooLarge)
        /// Nobody waits for the table any more.
        public static let cancelled = Code(kind: .cancelled)
    }

    /// The kind.
    public let code: Code
    /// What is wrong, and where, for whoever sent the file. No text of the file itself.
    public let detail: String

    /// An error.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// ``detail``.
    public var description: String { detail }
}
