/// What takes a connection over once it speaks another protocol (RFC 9110 §15.2.2): the transport goes on owning the socket
/// and calls this with bytes; both sides know nothing else of each other.
///
/// Every method runs on the connection's event loop, so none may block or compute for long. None is called after
/// ``connectionEnded()``.
public protocol ConnectionTakeover: AnyObject, Sendable {
    /// The answer with status 101 is on its way. `link` may be kept and used from any thread until the end.
    func connectionBegan(_ link: any ConnectionLink)

    /// Bytes of the client; the memory is valid within the call only.
    func received(_ bytes: UnsafeRawBufferPointer)

    /// Whether more bytes of the client are welcome. While they are not, the socket is not read.
    var wantsBytes: Bool { get }

    /// Writes what is to be sent next, some `room` bytes of it. Called after bytes came, after
    /// ``ConnectionLink/wake()``, and when the socket has room again.
    func produce(room: Int, _ write: ([UInt8]) -> Void) -> TakeoverState

    /// Called every ``tickSeconds`` for signs of life and deadlines.
    func tick()

    /// Seconds between two ``tick()``s.
    var tickSeconds: Int { get }

    /// The server stops: say goodbye.
    func drain()

    /// The connection is gone.
    func connectionEnded()
}

/// How a taken-over connection stands after it produced bytes.
public enum TakeoverState: Sendable, Hashable {
    /// There is more to send.
    case more
    /// Nothing to send for now.
    case idle
    /// All is said: the connection ends once these bytes are sent.
    case finished
}

/// The transport's side of a taken-over connection.
public protocol ConnectionLink: Sendable {
    /// Makes the transport ask for bytes soon. Cheap to call again before it has.
    func wake()

    /// Closes the connection at once.
    func abort()
}
