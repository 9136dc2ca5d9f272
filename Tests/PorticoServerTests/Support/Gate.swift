import PorticoServer
import Synchronization

/// Lets everyone who waits pass once it is open.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func passed() async {
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }
}

/// Counts what a server reports and opens a gate at the first closed connection.
final class CountingObserver: ServerObserver {
    struct Counts {
        var opened = 0
        var closed = 0
        var refused = 0
        var received = 0
        var sent = 0
    }

    private let state = Mutex(Counts())
    let firstClosed = Gate()
    let firstLag = Gate()

    var counts: Counts { state.withLock { $0 } }

    func connectionOpened() { state.withLock { $0.opened += 1 } }
    func connectionRefused() { state.withLock { $0.refused += 1 } }
    func received(bytes: Int) { state.withLock { $0.received += bytes } }
    func sent(bytes: Int) { state.withLock { $0.sent += bytes } }
    func eventLoopLagged(by lag: Duration) { firstLag.open() }

    func connectionClosed() {
        state.withLock { $0.closed += 1 }
        firstClosed.open()
    }
}

/// Opens a gate once the server has taken that many bytes.
final class ArrivalObserver: ServerObserver {
    let arrived = Gate()
    private let missing: Mutex<Int>

    init(bytes: Int) {
        missing = Mutex(bytes)
    }

    func received(bytes: Int) {
        let isWhole = missing.withLock { missing in
            missing -= bytes
            return missing <= 0
        }
        if isWhole { arrived.open() }
    }
}
