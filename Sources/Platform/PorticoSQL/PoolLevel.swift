/// How near its limit a pool of connections was over the last ten seconds.
public enum PoolLevel: Int, Sendable, CaseIterable, Comparable {
    /// Less than 70 % of its connections were at work on average.
    case calm = 0
    /// 70 % and more.
    case busy = 70
    /// 85 % and more.
    case high = 85
    /// 95 % and more: whoever comes waits.
    case full = 95

    /// The level of a share of connections at work, in percent.
    init(percent: Int) {
        self = PoolLevel.allCases.last { percent >= $0.rawValue } ?? .calm
    }

    /// The calmer one comes first.
    public static func < (left: PoolLevel, right: PoolLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Tells when a level is passed upward, once. A level is left only after a minute well below it, so that a pool whose
/// use goes up and down around a level is told of once and not all the time.
struct PoolLevelWatch {
    /// How many percent below its level the use of a calm step is.
    static let slack = 10
    /// How many calm steps in a row it takes to leave a level.
    static let patience = 6

    private(set) var level = PoolLevel.calm
    private var calmSteps = 0

    /// Takes the use of one more step of time.
    /// - Returns: the level that was passed upward with it; nil when none was.
    mutating func note(percent: Int) -> PoolLevel? {
        let reached = PoolLevel(percent: percent)
        if reached > level {
            level = reached
            calmSteps = 0
            return reached
        }
        let isCalm = level != .calm && percent < level.rawValue - Self.slack
        calmSteps = isCalm ? calmSteps + 1 : 0
        if calmSteps == Self.patience {
            level = reached
            calmSteps = 0
        }
        return nil
    }
}
