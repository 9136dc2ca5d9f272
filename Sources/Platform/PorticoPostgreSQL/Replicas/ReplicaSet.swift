import PorticoSQL
import PorticoValues
import Synchronization

/// The copies of a server: knows how far each has come, and finds the one that may answer a read.
final class ReplicaSet: Sendable {
    let replicas: [Replica]
    private let rules: ReplicaRules
    private let log: PrimaryLog
    private let watchers: [SharedQuestion<Void>]
    private let observe: @Sendable (_ replica: String, ReplicaChange) -> Void
    private let withoutCopy = Atomic<Int>(0)
    private let behind = Atomic<Int>(0)
    private let ticker = Mutex<Task<Void, Never>?>(nil)

    /// The copies of `configuration`, of which none need be there; nil where it names none.
    /// - Parameter ask: puts a question to the primary.
    /// - Throws: ``SQLError`` `.other` for an address that can't be read.
    static func following(
        _ configuration: PostgreSQLEngine.Configuration, ask: @escaping @Sendable (SQL) async throws -> any RowSet
    ) throws -> ReplicaSet? {
        configuration.replicas.isEmpty ? nil : try ReplicaSet(configuration, ServerFacts(ask: ask))
    }

    private init(_ configuration: PostgreSQLEngine.Configuration, _ primary: ServerFacts) throws {
        let rules = configuration.replicaRules
        let observe = configuration.onReplicaChange
        let replicas = try configuration.replicas.map { try Replica($0, of: configuration) }
        let span = 2 * rules.ejectAfter.milliseconds * 1_000_000
        let log = PrimaryLog(remembering: span) { try await primary.presentPosition() }
        self.rules = rules
        self.replicas = replicas
        self.log = log
        self.observe = observe
        watchers = replicas.map { replica in
            SharedQuestion {
                let changes = await replica.look(log, rules, primary)
                for change in changes { observe(replica.name, change) }
            }
        }
        let (watchers, interval) = (watchers, rules.interval)
        let task = Task.detached {
            while !Task.isCancelled {
                for watcher in watchers { watcher.nudge() }
                try? await Task.sleep(for: .milliseconds(interval.milliseconds))
            }
        }
        ticker.withLock { $0 = task }
    }

    /// A copy that has what a read needs; nil when the read must go to the primary.
    /// - Parameters:
    ///   - position: what it needs; nil for everything there is now.
    ///   - key: the caller's, who comes to the same copy each time.
    func choose(_ position: LogPosition?, key: UInt64) async -> Replica? {
        let now = monotonicNanoseconds()
        let well = replicas.indices.filter { place in
            replicas[place].state.withLock { $0.isFollowing(at: now, rules) }
        }
        guard !well.isEmpty, let needed = await needed(position) else {
            withoutCopy.wrappingAdd(1, ordering: .relaxed)
            return nil
        }
        if let replica = pick(well, needed, key) { return replica }
        if let replica = await whoCatchesUp(of: well, needed, key) { return replica }
        behind.wrappingAdd(1, ordering: .relaxed)
        return nil
    }

    /// Notes that a read has failed at a copy, and goes to the primary.
    func note(_ error: SQLError, at replica: Replica) {
        replica.noteFailure()
        guard error.code == .unavailable else { return }
        let changes = replica.state.withLock { $0.fail(error.message) }
        replica.note(changes)
        for change in changes { observe(replica.name, change) }
    }

    /// Whether the primary may do better what a copy has failed at: the copy was lost or had no connection free, its replay
    /// stood against the read, or it does not know a new table yet. What took too long takes too long there as well.
    static func mayDoBetter(_ error: SQLError) -> Bool {
        error.code != .statementTimeout && error.code != .cancelled
    }

    /// Reads that allowed a copy and went to the primary: because none was well, and because none had come far enough.
    var declined: (withoutCopy: Int, behind: Int) {
        (withoutCopy.load(ordering: .relaxed), behind.load(ordering: .relaxed))
    }

    /// How all copies stand.
    var reports: [ReplicaReport] {
        let now = monotonicNanoseconds()
        return replicas.map { $0.report(at: now, rules) }
    }

    /// Ends the watch. Does not wait for what is under way; the end of the copies' connections ends it.
    func stop() {
        ticker.withLock { $0?.cancel() }
    }

    private func needed(_ position: LogPosition?) async -> LogPosition? {
        if let position { return position }
        return try? await log.present()
    }

    private func pick(_ places: [Int], _ needed: LogPosition, _ key: UInt64) -> Replica? {
        let now = monotonicNanoseconds()
        let candidates = places.filter { place in
            replicas[place].state.withLock { $0.mayAnswer(needed, at: now, rules) }
        }
        let weighed = candidates.map { (place: $0, weight: replicas[$0].weight) }
        return ReplicaChoice.choose(weighed, key: key).map { replicas[$0] }
    }

    /// Gives copies that are close behind a moment. Nobody waits for an answer here, which a lost server would owe for long.
    private func whoCatchesUp(of places: [Int], _ needed: LogPosition, _ key: UInt64) async -> Replica? {
        let close = places.filter { place in
            replicas[place].state.withLock { state in state.lag.map { $0 < ReplicaSet.closeBehind } ?? false }
        }
        guard !close.isEmpty else { return nil }
        var pause: Int64 = 300
        var waited: Int64 = 0
        while waited < rules.patience.milliseconds * 1000 {
            for place in close { watchers[place].nudge() }
            try? await Task.sleep(for: .microseconds(pause))
            if let replica = pick(close, needed, key) { return replica }
            waited += pause
            pause *= 2
        }
        return nil
    }

    private static let closeBehind: Int64 = 1_000_000_000
}

extension Replica {
    /// Asks where the copy stands, and takes that in.
    fileprivate func look(
        _ log: PrimaryLog, _ rules: ReplicaRules, _ primary: ServerFacts
    ) async -> [ReplicaChange] {
        let changes: [ReplicaChange]
        do {
            let sample = try await sample()
            let isCopy = try await isCopy(of: primary)
            // Asked after the copy has answered, or it would seem to be ahead of what it follows.
            let present = try await log.present()
            let history = log.history
            changes = state.withLock {
                isCopy ? $0.take(sample, present: present, history, rules) : $0.refuse()
            }
        } catch {
            let reason = (error as? SQLError)?.message ?? "no answer"
            changes = state.withLock { $0.fail(reason) }
        }
        note(changes)
        return changes
    }

    /// Whether the server has the number of the primary's cluster. Asked when the copy comes or comes back; who may not ask
    /// believes the settings.
    private func isCopy(of primary: ServerFacts) async throws -> Bool {
        guard state.withLock({ $0.fault != nil && $0.fault != .behind }) else { return true }
        do {
            return try await engine.clusterNumber() == primary.clusterNumber()
        } catch let error as SQLError where error.code != .unavailable {
            return true
        }
    }
}
