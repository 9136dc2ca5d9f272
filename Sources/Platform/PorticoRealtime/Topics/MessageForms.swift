import Synchronization

/// What a message looks like on the wire, made when somebody first needs it and shared by all who do.
///
/// Clients name topics and windows as they like, and messages are kept for those that come back: so only the first forms
/// are, which are those that most clients want. Further ones are made for each client.
final class MessageForms: Sendable {
    /// Forms for sockets that are kept.
    static let most = 16

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
            if state.sockets.count < MessageForms.most { state.sockets[form] = made }
            return made
        }
    }
}
