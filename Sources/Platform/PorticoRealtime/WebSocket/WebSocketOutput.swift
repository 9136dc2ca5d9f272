/// Frames that wait to be sent: pongs and pings first, then messages in order, then the close frame.
struct WebSocketOutput: Sendable {
    /// Pongs of a client that sends pings faster than it reads; the oldest give way (RFC 6455 §5.5.3).
    private static let mostPongs = 64

    private var pongs: [[UInt8]] = []
    private var messages: [[UInt8]] = []
    private var nextMessage = 0
    private var close: [UInt8]?
    /// Bytes that wait.
    private(set) var bytes = 0

    var isEmpty: Bool { pongs.isEmpty && messages.isEmpty && close == nil }

    /// Places of messages that hold memory, those of messages that have gone among them.
    var places: Int { messages.count }

    mutating func add(pong frame: [UInt8]) {
        if pongs.count == WebSocketOutput.mostPongs { bytes -= pongs.removeFirst().count }
        bytes += frame.count
        pongs.append(frame)
    }

    mutating func add(message frame: [UInt8]) {
        bytes += frame.count
        messages.append(frame)
    }

    mutating func add(close frame: [UInt8]) {
        bytes += frame.count
        close = frame
    }

    mutating func dropMessages() {
        for message in messages[nextMessage...] { bytes -= message.count }
        messages = []
        nextMessage = 0
    }

    /// Takes the next frame out.
    mutating func next() -> [UInt8]? {
        if !pongs.isEmpty {
            let frame = pongs.removeFirst()
            bytes -= frame.count
            return frame
        }
        if nextMessage < messages.count {
            let frame = messages[nextMessage]
            // Its bytes must not be kept by a list that is shortened only now and then.
            messages[nextMessage] = []
            nextMessage += 1
            bytes -= frame.count
            shorten()
            return frame
        }
        if let frame = close.take() {
            bytes -= frame.count
            return frame
        }
        return nil
    }

    /// Gives the places of what has gone back, also where there is always something that waits.
    private mutating func shorten() {
        if nextMessage == messages.count {
            messages = []
            nextMessage = 0
        } else if nextMessage > 256, nextMessage > messages.count / 2 {
            messages.removeFirst(nextMessage)
            nextMessage = 0
        }
    }
}
