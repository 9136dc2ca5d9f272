/// How much of a pool was at work in the last minutes, in steps of ten seconds. Time comes in with every call.
///
/// The pool keeps it behind its own lock and moves it on when something happens there; nothing runs for it by itself.
struct PoolUse {
    /// Nanoseconds of a step.
    static let step: Int64 = 10_000_000_000
    /// Steps that are remembered.
    static let steps = 30

    private struct Step {
        var begun = 0
        /// Nanoseconds that connections were at work, all of them together.
        var busy: Int64 = 0
    }

    private let capacity: Int
    private var past: [Step] = []
    private var current = Step()
    /// When the current step began.
    private var began: Int64
    /// The moment up to which the current step is counted.
    private var counted: Int64
    private var inUse = 0
    private var watch: PoolLevelWatch?
    private var news: PoolLevel?

    /// - Parameters:
    ///   - isWatched: whether a high use is worth telling.
    ///   - now: the present moment on the monotonic clock, as in all calls.
    init(capacity: Int, isWatched: Bool, at now: Int64) {
        self.capacity = max(1, capacity)
        began = now
        counted = now
        watch = isWatched ? PoolLevelWatch() : nil
    }

    /// A connection begins a piece of work.
    mutating func begin(at now: Int64) {
        advance(to: now)
        inUse += 1
        current.begun += 1
    }

    /// A connection that is at work takes one more piece of work.
    mutating func join(at now: Int64) {
        advance(to: now)
        current.begun += 1
    }

    /// A connection is free again.
    mutating func end(at now: Int64) {
        advance(to: now)
        inUse -= 1
    }

    /// Counts what was at work until now.
    mutating func advance(to now: Int64) {
        // After a long rest only what is remembered is worth counting.
        let forgotten = (now - began) / Self.step - Int64(Self.steps)
        if forgotten > 0 {
            began += forgotten * Self.step
            counted = began
            current = Step()
        }
        while now >= began + Self.step { endStep() }
        count(until: now)
    }

    /// The level that was passed upward since the last call.
    mutating func takeNews() -> PoolLevel? {
        defer { news = nil }
        return news
    }

    /// What happened in the steps that are over.
    mutating func load(at now: Int64) -> PoolLoad {
        advance(to: now)
        return PoolLoad(
            nanoseconds: Int64(past.count) * Self.step, count: past.reduce(0) { $0 + $1.begun },
            busyNanoseconds: past.reduce(0) { $0 + $1.busy },
            busiestInUse: Double(past.map(\.busy).max() ?? 0) / Double(Self.step), level: watch?.level)
    }

    private mutating func count(until now: Int64) {
        guard now > counted else { return }
        current.busy += Int64(inUse) * (now - counted)
        counted = now
    }

    private mutating func endStep() {
        began += Self.step
        count(until: began)
        past.append(current)
        if past.count > Self.steps { past.removeFirst() }
        let percent = current.busy * 100 / (Self.step * Int64(capacity))
        if let level = watch?.note(percent: Int(percent)) { news = level }
        current = Step()
    }
}
