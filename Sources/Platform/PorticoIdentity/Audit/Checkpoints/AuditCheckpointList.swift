/// The checkpoints that a file has of one application, read and their signatures checked, to be compared with its
/// chain.
///
/// Lines of other applications are passed over, and so are blank ones. A line that can't be read may have been one of
/// this application, and is a fault.
public struct AuditCheckpointList: Sendable {
    /// One that is what it says, and where it stands in the file.
    struct Item: Sendable {
        let line: Int
        let seq: Int64
        let hash: String
    }

    /// Those with a right signature, in the order of the file.
    let items: [Item]
    /// The first line that is wrong by itself; nil when none is.
    let fault: AuditCheckpointFault?

    /// Checkpoints with a right signature.
    public var count: Int { items.count }

    /// Reads the content of a file.
    init(_ bytes: [UInt8], of keys: AuditCheckpointKeys) {
        var items: [Item] = []
        var fault: AuditCheckpointFault?
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ AuditCheckpointList.blanks.contains($0) }) { continue }
            let number = index + 1
            guard let checkpoint = AuditCheckpoint(line) else {
                fault = fault ?? AuditCheckpointFault(line: number, seq: nil, reason: .unreadable)
                continue
            }
            guard checkpoint.application == keys.application else { continue }
            if let reason = keys.fault(of: checkpoint) {
                fault = fault ?? AuditCheckpointFault(line: number, seq: checkpoint.seq, reason: reason)
            } else {
                items.append(Item(line: number, seq: checkpoint.seq, hash: checkpoint.hash))
            }
        }
        self.items = items
        self.fault = fault
    }

    /// Space, tab and carriage return.
    private static let blanks: [UInt8] = [0x20, 0x09, 0x0D]
}

/// Compares checkpoints with the rows of the audit as they come by.
struct CheckpointComparison {
    private let list: AuditCheckpointList
    private let wanted: Set<Int64>
    private var hashes: [Int64: String] = [:]

    init(_ list: AuditCheckpointList) {
        self.list = list
        wanted = Set(list.items.map(\.seq))
    }

    /// - Parameter hash: nil when the row is not chained.
    mutating func take(_ seq: Int64, hash: String?) {
        if wanted.contains(seq) { hashes[seq] = hash ?? "" }
    }

    /// The first line of the file that does not hold; nil when all do.
    var firstFault: AuditCheckpointFault? {
        let broken = list.items.lazy.compactMap { fault(of: $0) }.first
        guard let broken, let own = list.fault else { return broken ?? list.fault }
        return broken.line < own.line ? broken : own
    }

    private func fault(of item: AuditCheckpointList.Item) -> AuditCheckpointFault? {
        // Before the first row stands the origin.
        guard let hash = item.seq == 0 ? AuditChain.origin : hashes[item.seq] else {
            return AuditCheckpointFault(line: item.line, seq: item.seq, reason: .missing)
        }
        return hash == item.hash ? nil : AuditCheckpointFault(line: item.line, seq: item.seq, reason: .changed)
    }
}
