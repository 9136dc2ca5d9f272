import Portico
import Synchronization

/// Lets everybody have a few exports at once on this node (rule R37): each holds a connection and keeps old rows from being
/// cleaned up.
final class ExportDesk: Sendable {
    private let most: Int
    private let metrics: BagMetrics
    private let running = Mutex<[Int64: Int]>([:])

    init(most: Int, metrics: BagMetrics) {
        self.most = most
        self.metrics = metrics
    }

    /// The right to one more export; it ends with the last who holds it.
    /// - Throws: 429 `too_many_running`.
    func admit(_ userID: Int64) throws(Problem) -> ExportPermit {
        let isAdmitted = running.withLock { running in
            guard running[userID, default: 0] < most else { return false }
            running[userID, default: 0] += 1
            return true
        }
        guard isAdmitted else {
            throw Problem(
                429, "too_many_running",
                "You have \(most) exports running. Wait until one has ended, or break it off.",
                headers: ["retry-after": "10"])
        }
        metrics.exportsRunning(by: 1)
        return ExportPermit(desk: self, userID: userID)
    }

    fileprivate func release(_ userID: Int64) {
        running.withLock { running in
            running[userID, default: 0] -= 1
            if running[userID, default: 0] <= 0 { running[userID] = nil }
        }
        metrics.exportsRunning(by: -1)
    }
}

/// The right to an export. It ends when it is given back, or with the last who holds it: an export that nobody begins to take
/// gives nothing back.
final class ExportPermit: Sendable {
    private let desk: ExportDesk
    private let userID: Int64
    private let isHeld = Atomic<Bool>(true)

    fileprivate init(desk: ExportDesk, userID: Int64) {
        self.desk = desk
        self.userID = userID
    }

    deinit { giveBack() }

    /// Makes room for another export.
    func giveBack() {
        guard isHeld.exchange(false, ordering: .acquiringAndReleasing) else { return }
        desk.release(userID)
    }
}
