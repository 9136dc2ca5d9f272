import PorticoLimits
import PorticoValues
import Testing

@Suite struct CircuitTests {
    private let policy = CircuitPolicy(
        failureRatio: 0.5, leastCalls: 4, window: .seconds(10), openFor: .seconds(5), longestOpen: .seconds(15),
        probes: 2)

    private func run(_ outcomes: [Bool], on circuit: inout CircuitStateMachine, at now: Instant) {
        for success in outcomes {
            guard case .granted(let call) = circuit.permission(at: now) else { continue }
            circuit.record(call, success: success, at: now)
        }
    }

    private func isGranted(_ permission: CircuitPermission) -> Bool {
        if case .granted = permission { return true }
        return false
    }

    @Test("opens at the ratio, once there are enough calls")
    func opening() {
        var circuit = CircuitStateMachine(policy)
        run([false, false, false], on: &circuit, at: noon)
        #expect(circuit.position == .closed)
        run([false], on: &circuit, at: noon)
        #expect(circuit.position == .open(until: noon + .seconds(5)))
        let early = circuit.permission(at: noon.after(4_000))
        #expect(early == .refused(retryAfter: .seconds(1)))
    }

    @Test("stays closed below the ratio and forgets what left the window")
    func staying() {
        var circuit = CircuitStateMachine(policy)
        run([true, true, true, false, false], on: &circuit, at: noon)
        #expect(circuit.position == .closed)
        run([true, false], on: &circuit, at: noon + .seconds(11))
        run([false], on: &circuit, at: noon + .seconds(11))
        #expect(circuit.position == .closed)
    }

    @Test("lets a few probes through and closes when all succeed")
    func closing() {
        var circuit = CircuitStateMachine(policy)
        run([false, false, false, false], on: &circuit, at: noon)
        let later = noon + .seconds(5)
        let probes = [circuit.permission(at: later), circuit.permission(at: later)]
        let third = circuit.permission(at: later)
        #expect(probes.allSatisfy(isGranted) && !isGranted(third))
        for case .granted(let call) in probes { circuit.record(call, success: true, at: later) }
        #expect(circuit.position == .closed)
        run([false, false, false], on: &circuit, at: later)
        #expect(circuit.position == .closed)
    }

    @Test("opens for longer after every failed probe")
    func reopening() {
        var circuit = CircuitStateMachine(policy)
        run([false, false, false, false], on: &circuit, at: noon)
        var now = noon + .seconds(5)
        for seconds in [10, 15, 15] as [Int64] {
            run([false], on: &circuit, at: now)
            #expect(circuit.position == .open(until: now + .seconds(seconds)))
            now = now + .seconds(seconds)
        }
    }

    @Test("ignores outcomes of calls that began before it opened")
    func stale() throws {
        var circuit = CircuitStateMachine(policy)
        guard case .granted(let old) = circuit.permission(at: noon) else { return }
        run([false, false, false, false], on: &circuit, at: noon)
        let later = noon + .seconds(5)
        let probe = circuit.permission(at: later)
        #expect(isGranted(probe))
        let halfOpen = circuit.position
        circuit.record(old, success: false, at: later)
        circuit.record(old, success: true, at: later)
        #expect(circuit.position == halfOpen)
    }

    @Test("replaces probes that never come back")
    func lostProbes() {
        var circuit = CircuitStateMachine(policy)
        run([false, false, false, false], on: &circuit, at: noon)
        let later = noon + .seconds(5)
        _ = [circuit.permission(at: later), circuit.permission(at: later)]
        let third = circuit.permission(at: later)
        let replacement = circuit.permission(at: later + .seconds(5))
        #expect(third == .refused(retryAfter: .seconds(5)) && isGranted(replacement))
    }

    @Test("fails at once while open, and counts neither cancellation nor refused requests")
    func calls() async throws {
        struct Down: Error {}
        let breaker = CircuitBreaker(policy)
        for _ in 0..<10 {
            await #expect(throws: CancellationError.self) {
                try await breaker.call(now: { noon }) { throw CancellationError() }
            }
        }
        #expect(try await breaker.call(now: { noon }) { 42 } == 42)
        for _ in 0..<3 {
            await #expect(throws: Down.self) { try await breaker.call(now: { noon }) { throw Down() } }
        }
        await #expect(throws: CircuitOpen(retryAfter: .seconds(5))) { try await breaker.call(now: { noon }) { 42 } }
    }
}
