import PorticoBench
import Synchronization

/// Somebody who reads, and scans where it is their turn.
final class MixedPerson: LoadSource {
    private let reads: RepeatedRequests
    /// Nil for people who only read.
    private let table: PackingTable?
    /// Nil for people who scan whenever they can.
    private let share: ScanShare?
    private var isScanning = false

    init(reads: RepeatedRequests, table: PackingTable?, share: ScanShare?) {
        self.reads = reads
        self.table = table
        self.share = share
    }

    func next() -> LoadStep? {
        isScanning = table != nil && share?.isScanDue(by: true) ?? true
        if table == nil { _ = share?.isScanDue(by: false) }
        return isScanning ? table?.next() : reads.next()
    }

    func isWanted(_ answer: BenchAnswer) -> Bool {
        if isScanning, let table { return table.isWanted(answer) }
        return answer.status == 200
    }
}

/// Keeps the scans of a load at their share of all its requests: scans take longer than reads, so whoever drew lots for each
/// connection would scan less and less of the time.
final class ScanShare: Sendable {
    private let oneIn: Int
    private let requests = Atomic<Int>(0)
    private let scans = Atomic<Int>(0)

    init(oneIn: Int) {
        self.oneIn = oneIn
    }

    /// Counts a request.
    /// - Parameter canScan: whether whoever sends it is able to scan.
    /// - Returns: whether it is to be a scan.
    func isScanDue(by canScan: Bool) -> Bool {
        let requests = requests.wrappingAdd(1, ordering: .relaxed).newValue
        guard canScan, scans.load(ordering: .relaxed) * oneIn < requests else { return false }
        scans.wrappingAdd(1, ordering: .relaxed)
        return true
    }
}
