import PorticoCache
import PorticoValues
import Synchronization

/// A timer whose time passes when a test says so.
final class ManualTimer: Sendable {
    private struct Wait {
        let due: Int64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now: Int64 = 0
        var next = 0
        var waits: [Int: Wait] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    var timer: CacheTimer {
        CacheTimer { [self] span in
            guard await wait(span) else { throw CancellationError() }
        }
    }

    /// The same, but short pauses end at once.
    var impatient: CacheTimer {
        CacheTimer { [self] span in
            guard span > .milliseconds(100) else { return await Task.yield() }
            guard await wait(span) else { throw CancellationError() }
        }
    }

    /// How many wait at present.
    var waiting: Int { state.withLock { $0.waits.count } }

    /// Lets time pass.
    func advance(by span: Span) {
        let due = state.withLock { state in
            state.now += span.milliseconds
            let due = state.waits.filter { $0.value.due <= state.now }
            for number in due.keys { state.waits[number] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume(returning: true) }
    }

    private func wait(_ span: Span) async -> Bool {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isGone = state.withLock { state in
                    guard !state.cancelled.contains(number) else { return true }
                    state.waits[number] = Wait(due: state.now + span.milliseconds, continuation: continuation)
                    return false
                }
                if isGone { continuation.resume(returning: false) }
            }
        } onCancel: {
            let wait = state.withLock { state in
                state.cancelled.insert(number)
                return state.waits.removeValue(forKey: number)
            }
            wait?.continuation.resume(returning: false)
        }
    }
}

/// A door that stays shut until a test opens it, and counts who has come to it.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrived = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var arrived: Int { state.withLock { $0.arrived } }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrived += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// A number that many tasks raise.
final class Tally: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .sequentiallyConsistent) }

    @discardableResult func next() -> Int { number.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue }
}

/// Lets other tasks run until something is so; the suite's time limit ends it otherwise.
func until(_ condition: () -> Bool) async {
    while !condition() { await Task.yield() }
}

/// Numbers that are the same for a seed (SplitMix64, Steele and others).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
