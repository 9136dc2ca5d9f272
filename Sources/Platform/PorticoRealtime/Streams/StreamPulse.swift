import Synchronization

/// Signs of life of one event stream while it waits for something else than messages: for somebody who can tell whether
/// its client is still allowed, for a look at how things stand. That may take as long as a database is away.
///
/// The stream itself writes nothing while it waits, and goes on only when a sign of life that was begun is through: two
/// writes never meet.
final class StreamPulse: Sendable {
    private struct State {
        var isWaiting = false
        var beat: Task<Void, Never>?
    }

    private let write: @Sendable () async throws -> Void
    private let state = Mutex(State())

    /// - Parameter write: writes a sign of life. When it throws, the client has gone, which the stream notices itself.
    init(_ write: @escaping @Sendable () async throws -> Void) {
        self.write = write
    }

    /// Gives a sign of life if the stream waits.
    /// - Returns: whether it does; otherwise the stream is to give it in its turn.
    func beat() -> Bool {
        state.withLock { state in
            guard state.isWaiting else { return false }
            let before = state.beat
            state.beat = Task { [write] in
                await before?.value
                try? await write()
            }
            return true
        }
    }

    /// Does what may take long, with signs of life meanwhile.
    func during<Outcome, Failure: Error>(
        _ work: () async throws(Failure) -> Outcome
    ) async throws(Failure) -> Outcome {
        state.withLock { $0.isWaiting = true }
        do throws(Failure) {
            let outcome = try await work()
            await settle()
            return outcome
        } catch {
            await settle()
            throw error
        }
    }

    private func settle() async {
        let beat = state.withLock { state -> Task<Void, Never>? in
            state.isWaiting = false
            return state.beat.take()
        }
        await beat?.value
    }
}
