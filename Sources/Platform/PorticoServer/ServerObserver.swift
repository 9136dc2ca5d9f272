/// What a server reports while it works. Called on event loops, so it must neither block nor compute for long; every
/// method does nothing unless it is implemented.
public protocol ServerObserver: Sendable {
    /// A client connected.
    func connectionOpened()
    /// A connection that was reported open is closed.
    func connectionClosed()
    /// A client was turned away because too many are connected.
    func connectionRefused()
    /// Bytes came in; once per read.
    func received(bytes: Int)
    /// Bytes of answers went to the socket's buffer; once per flush.
    func sent(bytes: Int)
    /// How much later than planned an event loop ran a task.
    func eventLoopLagged(by lag: Duration)
}

extension ServerObserver {
    /// Does nothing.
    public func connectionOpened() {}
    /// Does nothing.
    public func connectionClosed() {}
    /// Does nothing.
    public func connectionRefused() {}
    /// Does nothing.
    public func received(bytes: Int) {}
    /// Does nothing.
    public func sent(bytes: Int) {}
    /// Does nothing.
    public func eventLoopLagged(by lag: Duration) {}
}

/// The observer of a server nobody observes.
struct UnobservedServer: ServerObserver {}
