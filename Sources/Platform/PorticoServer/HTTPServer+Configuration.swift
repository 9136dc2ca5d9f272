extension HTTPServer {
    /// Where the server listens and how much of anything one client may take.
    public struct Configuration: Sendable {
        /// Name or numeric address to listen on.
        public var host: String
        /// Port to listen on; 0 takes a free one.
        public var port: Int
        /// How long a connection may stay open between two requests.
        public var idleTimeout: Duration = .seconds(60)
        /// How long the head of a request may take, from its first byte.
        public var headerDeadline: Duration = .seconds(10)
        /// How long a body may go without ``minimumProgress`` more bytes.
        public var bodyDeadline: Duration = .seconds(30)
        /// How long a client may take to accept ``minimumProgress`` bytes of an answer that does not fit the buffers.
        public var writeDeadline: Duration = .seconds(30)
        /// Bytes that count as progress within a deadline; fewer are a client that only pretends.
        public var minimumProgress: Int = 1024
        /// How long unfinished work goes on without sending a byte after the client has closed its half of the connection.
        ///
        /// A client that merely half-closes still gets its answer; one that is gone costs no more than this.
        public var abandonedGrace: Duration = .milliseconds(800)
        /// How long the rest of a refused request is read and dropped, so that the client gets to see the refusal.
        public var lingerTimeout: Duration = .seconds(1)
        /// Bytes of all header fields of a request together; more are answered 431.
        public var maxHeaderBytes: Int = 16 * 1024
        /// Bytes of a request's target; more are answered 414.
        public var maxURIBytes: Int = 8 * 1024
        /// Number of header fields of a request, trailers included; more are answered 431.
        public var maxHeaderFields: Int = 128
        /// Connections open at once; further ones are answered 503 and closed.
        public var maxConnections: Int = 10_000
        /// Connections open at once from one address, of IPv6 from one /64; further ones are closed. nil counts none.
        public var maxConnectionsPerAddress: Int?
        /// Addresses that stand for many clients and are not counted: proxies, this machine.
        public var isSharedAddress: @Sendable (String) -> Bool = { _ in false }
        /// Requests that may wait on one connection behind a running one; a client that sends more gets the waiting ones
        /// answered and the connection closed.
        public var maxPipelined: Int = 64
        /// How long running requests may take to finish after ``HTTPServer/shutdown()``.
        public var drainTimeout: Duration = .seconds(30)
        /// Number of event loops, or nil for one per core, shared with every other server of the process.
        public var eventLoops: Int?
        /// How often each event loop's lag is measured for the observer; nil measures nothing.
        public var lagInterval: Duration?

        /// A configuration with the defaults above.
        public init(host: String = "127.0.0.1", port: Int = 8080, eventLoops: Int? = nil) {
            self.host = host
            self.port = port
            self.eventLoops = eventLoops
        }
    }
}
