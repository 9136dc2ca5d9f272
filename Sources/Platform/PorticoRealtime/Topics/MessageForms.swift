import Synchronization

/// What a message looks like on the wire, made when somebody first needs it and shared by all who do.
final class MessageForms: Sendable {
    struct Form: Hashable {
        let topic: String
        let window: DeflateWindow?
    }

    private struct State {
        var stream: [UInt8]?
        var sockets: [Form: [UInt8]] = [:]
    }

    private let state = Mutex(State())

    func stream(_ make: () -> [UInt8]) -> [UInt8] {
        state.withLock { state in
            if let made = state.stream { return made }
            let made = make()
            state.stream = made
            return made
        }
    }

    func socket(_ form: Form, _ make: () -> [UInt8]) -> [UInt8] {
        // Others wait here for the first: to compress twice would cost more.
        state.withLock { state in
            if let made = state.sockets[form] { return made }
            let made = make()
            state.sockets[form] = made
            return made
        }
    }
}
