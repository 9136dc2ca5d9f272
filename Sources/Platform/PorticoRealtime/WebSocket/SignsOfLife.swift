/// Counts the ticks in which a client was silent, took nothing or did not finish closing. No clock is read for a message.
struct SignsOfLife: Sendable, Hashable {
    enum Verdict: Sendable, Hashable {
        case fine
        /// It is time for a ping.
        case ask
        /// It has been given every chance.
        case dead
    }

    static let tickSeconds = 5

    private let asksAfter: Int
    private let patience: Int
    private var hasHeard = false
    private var hasSent = false
    private var silent = 0
    private var stuck = 0
    private var closing = 0

    init(_ limits: WebSocket.Limits) {
        asksAfter = max(1, limits.pingSeconds / SignsOfLife.tickSeconds)
        patience = max(1, limits.patienceSeconds / SignsOfLife.tickSeconds)
    }

    /// Bytes have come.
    mutating func heard() { hasHeard = true }

    /// The socket had room.
    mutating func sent() { hasSent = true }

    /// - Parameters:
    ///   - isWaiting: whether something is to be sent.
    ///   - isClosing: whether our close frame has been queued.
    ///   - isRead: whether the client is read at present. One that is not can't be heard; it has to take what waits.
    mutating func tick(isWaiting: Bool, isClosing: Bool, isRead: Bool) -> Verdict {
        silent = hasHeard || !isRead ? 0 : silent + 1
        stuck = isWaiting && !hasSent ? stuck + 1 : 0
        closing = isClosing ? closing + 1 : 0
        hasHeard = false
        hasSent = false
        if silent >= asksAfter + patience || stuck >= patience || closing > patience { return .dead }
        return silent == asksAfter && !isClosing ? .ask : .fine
    }
}
