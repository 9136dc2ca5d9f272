import PorticoSQL
import PorticoValues

/// Where a copy was found to stand.
struct ReplicaSample: Sendable {
    /// How far it has come.
    let replayed: LogPosition
    /// Whether it follows a primary.
    let isInRecovery: Bool
    /// Age of the last transaction it has got, in nanoseconds; nil when there was none since it started.
    let transactionAge: Int64?
    /// Before it was asked.
    let begunAt: Int64
}

/// Why a copy gets no reads.
enum ReplicaFault: Sendable, Equatable {
    /// Nothing is known of it yet.
    case unknown
    /// It does not answer, for this reason.
    case unreachable(String)
    /// It is further behind than is allowed.
    case behind
    /// It follows no primary any more.
    case promoted
    /// It has come further than the primary, or belongs to another cluster: its log is another one.
    case foreign

    var text: String {
        switch self {
        case .unknown: "not seen yet"
        case .unreachable(let reason): "no answer: \(reason)"
        case .behind: "too far behind"
        case .promoted: "follows no primary"
        case .foreign: "no copy of this primary"
        }
    }
}

/// What has become of a copy.
public enum ReplicaChange: Sendable, Hashable {
    /// It gets no more reads, for this reason.
    case ejected(String)
    /// It gets reads again.
    case returned
    /// It is further behind than is good.
    case late
    /// It is not any more.
    case caughtUp
}

/// What is known of one copy, and whether it may answer.
struct ReplicaState {
    private static let samplesToReturn = 2

    private(set) var fault: ReplicaFault? = .unknown
    private(set) var replayed = LogPosition(0)
    /// Nanoseconds; nil when it is not known.
    private(set) var lag: Int64?
    private(set) var isLate = false
    private var sampledAt = Int64.min
    private var good = 0

    /// Whether it may answer a read that needs no more than `position`.
    func mayAnswer(_ position: LogPosition, at now: Int64, _ rules: ReplicaRules) -> Bool {
        isFollowing(at: now, rules) && replayed >= position
    }

    /// Whether it gets reads at all.
    func isFollowing(at now: Int64, _ rules: ReplicaRules) -> Bool {
        fault == nil && now - sampledAt < rules.silence.milliseconds * 1_000_000
    }

    /// Takes in where it was found to stand.
    /// - Parameter present: a position of the primary that was asked for after the copy had answered.
    mutating func take(
        _ sample: ReplicaSample, present: LogPosition, _ history: PositionHistory, _ rules: ReplicaRules
    ) -> [ReplicaChange] {
        if !sample.isInRecovery { return eject(.promoted) }
        if sample.replayed > present { return eject(.foreign) }
        sampledAt = sample.begunAt
        replayed = sample.replayed
        let lag = ReplicaState.lag(sample, history)
        self.lag = lag
        let isTooFar = lag.map { $0 > rules.ejectAfter.milliseconds * 1_000_000 } ?? true
        if isTooFar { return watchLag(rules) + eject(.behind) }
        good += 1
        return watchLag(rules) + (mayReturn(rules) ? comeBack() : [])
    }

    /// Notes that it has not answered. A read under way may outlive its connection, so one failure is enough.
    mutating func fail(_ reason: String) -> [ReplicaChange] {
        eject(.unreachable(reason))
    }

    /// Notes that it belongs to another cluster.
    mutating func refuse() -> [ReplicaChange] {
        eject(.foreign)
    }

    private static func lag(_ sample: ReplicaSample, _ history: PositionHistory) -> Int64? {
        if let newest = history.newest, sample.replayed >= newest { return 0 }
        if let moment = history.moment(of: sample.replayed) { return max(0, sample.begunAt - moment) }
        // Further behind than this process can remember.
        return sample.transactionAge
    }

    private mutating func eject(_ fault: ReplicaFault) -> [ReplicaChange] {
        good = 0
        defer { self.fault = fault }
        guard self.fault != fault else { return [] }
        if case .unreachable = fault, case .unreachable = self.fault { return [] }
        return [.ejected(fault.text)]
    }

    private func mayReturn(_ rules: ReplicaRules) -> Bool {
        switch fault {
        case nil: false
        case .unknown: true
        case .behind: lag.map { $0 <= ReplicaState.warnAfter(rules) } ?? false
        case .unreachable, .promoted, .foreign: good >= ReplicaState.samplesToReturn
        }
    }

    private mutating func comeBack() -> [ReplicaChange] {
        defer { fault = nil }
        return [.returned]
    }

    private mutating func watchLag(_ rules: ReplicaRules) -> [ReplicaChange] {
        let wasLate = isLate
        isLate = lag.map { $0 > ReplicaState.warnAfter(rules) } ?? true
        guard isLate != wasLate else { return [] }
        return [isLate ? .late : .caughtUp]
    }

    private static func warnAfter(_ rules: ReplicaRules) -> Int64 {
        min(rules.warnAfter, rules.ejectAfter).milliseconds * 1_000_000
    }
}
