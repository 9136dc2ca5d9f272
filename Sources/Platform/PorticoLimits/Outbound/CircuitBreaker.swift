import PorticoValues
import Synchronization

/// Stops calling a service that does not answer: callers fail at once instead of waiting for its timeouts, and the service
/// has the quiet to come back. One per service.
public final class CircuitBreaker: Sendable {
    private let machine: Mutex<CircuitStateMachine>

    /// A closed circuit.
    public init(_ policy: CircuitPolicy = CircuitPolicy()) {
        machine = Mutex(CircuitStateMachine(policy))
    }

    /// Where the circuit stands.
    public var position: CircuitStateMachine.Position { machine.withLock { $0.position } }

    /// Asks to make a call. Record the outcome of every call that is granted.
    public func permission(at now: Instant) -> CircuitPermission {
        machine.withLock { $0.permission(at: now) }
    }

    /// Takes the outcome of a call.
    public func record(_ call: CircuitCall, success: Bool, at now: Instant) {
        machine.withLock { $0.record(call, success: success, at: now) }
    }

    /// Makes a call through the circuit.
    ///
    /// - Parameters:
    ///   - now: reads the clock, before and after the call.
    ///   - isSuccess: whether an error still shows that the other side works, as a refused request does; false for
    ///     timeouts and lost connections, nil for what says nothing, as cancellation.
    ///   - work: the call.
    /// - Throws: ``CircuitOpen`` without calling, or what the call throws.
    public func call<Answer: Sendable>(
        now: @Sendable () -> Instant,
        isSuccess: @Sendable (any Error) -> Bool? = { $0 is CancellationError ? nil : false },
        _ work: @Sendable () async throws -> Answer
    ) async throws -> Answer {
        switch permission(at: now()) {
        case .refused(let retryAfter):
            throw CircuitOpen(retryAfter: retryAfter)
        case .granted(let call):
            do {
                let answer = try await work()
                record(call, success: true, at: now())
                return answer
            } catch {
                if let success = isSuccess(error) { record(call, success: success, at: now()) }
                throw error
            }
        }
    }
}

/// The call was not made, because the circuit is open.
public struct CircuitOpen: Error, Hashable, Sendable {
    /// When a probe may pass.
    public let retryAfter: Span

    /// A refusal with the time to the next probe.
    public init(retryAfter: Span) {
        self.retryAfter = retryAfter
    }
}
