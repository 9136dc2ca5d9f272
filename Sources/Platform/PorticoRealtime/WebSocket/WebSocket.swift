import PorticoHTTP
import Synchronization

/// The server's end of a WebSocket (RFC 6455): keeps to the protocol, answers pings, notices dead peers and ends in order.
///
/// It has neither a task nor a timer nor a buffer while it is idle. Messages may be sent from any thread.
///
/// ```swift
/// let handshake = try WebSocketHandshake(context.request.head)
/// return WebSocket.response(to: handshake, endpoint: Echo())
/// ```
public final class WebSocket: ConnectionTakeover {
    /// How much of anything a client may take.
    public struct Limits: Sendable {
        /// Bytes of a message of the client, inflated; more end the connection with 1009.
        public var maximumMessage = 1 << 20
        /// Bytes of a frame of the client.
        public var maximumFrame = 1 << 20
        /// Bytes that may wait to be sent. Beyond a quarter of them the client is not read, so that it can't ask for
        /// more than it takes; beyond all of them the connection ends with 1013.
        public var maximumWaiting = 4 << 20
        /// Seconds without a byte of the client after which it is asked for a sign of life.
        public var pingSeconds = 25
        /// Seconds it has to give one, to take what is to be sent, and to finish the closing handshake.
        public var patienceSeconds = 15
        /// Messages of at least as many bytes are compressed.
        public var compressesFrom = WebSocketFrame.compressesFrom

        /// The limits above.
        public init() {}
    }

    struct State {
        var reader: WebSocketReader
        var output = WebSocketOutput()
        var link: (any ConnectionLink)?
        var hasEnded = false
        /// Set when our close frame is queued; nothing is queued after it.
        var isClosing = false
        /// Set when the peer's has come, or nothing it says matters any more.
        var isDeaf = false
        var life: SignsOfLife
    }

    /// What was agreed about compression.
    let deflate: DeflateWindow?
    /// Subprotocol that was agreed on.
    public let subprotocol: String?
    let limits: Limits
    let endpoint: any WebSocketEndpoint
    let state: Mutex<State>

    init(_ handshake: WebSocketHandshake, limits: Limits, endpoint: any WebSocketEndpoint) {
        deflate = handshake.deflate?.window
        subprotocol = handshake.subprotocol
        self.limits = limits
        self.endpoint = endpoint
        let reader = WebSocketReader(
            maximumMessage: limits.maximumMessage, maximumFrame: limits.maximumFrame, inflates: deflate != nil)
        state = Mutex(State(reader: reader, life: SignsOfLife(limits)))
    }

    /// The answer to a handshake; the connection is a WebSocket afterwards.
    public static func response(
        to handshake: WebSocketHandshake, limits: Limits = Limits(), endpoint: any WebSocketEndpoint
    ) -> Response {
        handshake.response(for: WebSocket(handshake, limits: limits, endpoint: endpoint))
    }

    /// Sends a message.
    /// - Returns: false when the connection is ending, or ends with 1013 because too much waits already.
    @discardableResult
    public func send(_ message: WebSocketMessage) -> Bool {
        send(
            frame: WebSocketFrame.message(
                message.opcode, message.bytes, deflate: deflate, compressesFrom: limits.compressesFrom))
    }

    /// Sends a frame that is made already.
    @discardableResult
    func send(frame: [UInt8]) -> Bool {
        let isQueued = state.withLock { state in
            guard !state.isClosing, !state.hasEnded else { return false }
            guard state.output.bytes + frame.count <= limits.maximumWaiting else {
                state.output.dropMessages()
                WebSocket.close(&state, .tryAgainLater)
                return false
            }
            state.output.add(message: frame)
            return true
        }
        wake()
        return isQueued
    }

    /// Ends the connection once what waits is sent.
    public func close(_ reason: WebSocketClose) {
        state.withLock { WebSocket.close(&$0, reason) }
        wake()
    }

    /// Has the endpoint asked for its next frame soon.
    public func wake() {
        state.withLock { $0.link }?.wake()
    }

    private static func close(_ state: inout State, _ reason: WebSocketClose?) {
        guard !state.isClosing else { return }
        state.isClosing = true
        state.output.add(close: WebSocketFrame.bytes(.close, reason?.payload ?? []))
    }
}

// MARK: - What the transport calls

extension WebSocket {
    /// Opens.
    public func connectionBegan(_ link: any ConnectionLink) {
        state.withLock { $0.link = link }
        endpoint.opened(self)
    }

    /// Takes bytes of the client.
    public func received(_ bytes: UnsafeRawBufferPointer) {
        var events: [WebSocketReader.Event] = []
        let failure = state.withLock { state -> WebSocketClose? in
            state.life.heard()
            guard !state.isDeaf else { return nil }
            do throws(WebSocketFailure) {
                try state.reader.read(bytes) { events.append($0) }
                return nil
            } catch {
                return error.close
            }
        }
        for event in events {
            take(event)
            // What follows a close frame does not count.
            if case .close = event { return }
        }
        // What came before the bytes that end it has been heard.
        if let failure { hearNothingMore(failure) }
    }

    private func take(_ event: WebSocketReader.Event) {
        switch event {
        case .text(let bytes): endpoint.received(.text(bytes), from: self)
        case .binary(let bytes): endpoint.received(.binary(bytes), from: self)
        case .pong: break
        case .ping(let payload):
            state.withLock { state in
                if !state.isClosing { state.output.add(pong: WebSocketFrame.bytes(.pong, payload)) }
            }
        case .close(let reason): hearNothingMore(reason.map { WebSocketClose($0.code) })
        }
    }

    private func hearNothingMore(_ reason: WebSocketClose?) {
        state.withLock { state in
            state.isDeaf = true
            WebSocket.close(&state, reason)
        }
    }

    /// False while the client takes less than it asks for.
    public var wantsBytes: Bool {
        state.withLock { isRead($0) }
    }

    private func isRead(_ state: State) -> Bool {
        state.isClosing || state.output.bytes <= limits.maximumWaiting / 4
    }

    /// Gives the transport what is to be sent.
    public func produce(room: Int, _ write: ([UInt8]) -> Void) -> TakeoverState {
        var written = 0
        while written < room {
            let (frame, isClosing, isDeaf) = state.withLock { state in
                state.life.sent()
                return (state.output.next(), state.isClosing, state.isDeaf)
            }
            if let frame {
                written += frame.count
                write(frame)
                continue
            }
            // After our close frame nothing leaves; the end comes when the peer's is here as well.
            if isClosing { return isDeaf ? .finished : .idle }
            guard let frame = endpoint.nextFrame(for: self) else {
                // The endpoint may have said goodbye just now.
                if state.withLock({ $0.output.isEmpty }) { return .idle }
                continue
            }
            written += frame.count
            write(frame)
        }
        return .more
    }

    /// Five seconds are fine enough for deadlines of this kind.
    public var tickSeconds: Int { SignsOfLife.tickSeconds }

    /// Asks silent clients for a sign of life and gives dead ones up.
    public func tick() {
        let link = state.withLock { state in
            let isHeard = isRead(state)
            switch state.life.tick(isWaiting: !state.output.isEmpty, isClosing: state.isClosing, isRead: isHeard) {
            case .fine: return (any ConnectionLink)?.none
            case .ask:
                state.output.add(pong: WebSocketFrame.bytes(.ping, []))
                return nil
            case .dead: return state.link
            }
        }
        if let link { return link.abort() }
        endpoint.ticked(self)
    }

    /// Says goodbye because the server stops.
    public func drain() {
        close(.goingAway)
    }

    /// Tells the endpoint.
    public func connectionEnded() {
        state.withLock { state in
            state.hasEnded = true
            state.isClosing = true
            state.link = nil
            state.output = WebSocketOutput()
        }
        endpoint.closed(self)
    }
}
