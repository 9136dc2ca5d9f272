import Logging
import PorticoLimits
import PorticoTelemetry
import PorticoValues

extension RedisClient {
    /// How a client finds Redis and how long it waits.
    public struct Configuration: Sendable {
        /// Where Redis is; see ``RedisAddress`` for what may stand here.
        public var url: Secret<String>
        /// Connections that share the commands. Two are enough for what one process asks; a command never waits for a
        /// free one.
        public var connections = 2
        /// How long a caller waits for an answer, unless the command says otherwise.
        public var timeout = Span.milliseconds(50)
        /// How long a connection may owe an answer before it is given up, and how long connecting may take.
        public var hardTimeout = Span.milliseconds(500)
        /// The wait between attempts to connect.
        public var backoff = Backoff(base: .milliseconds(50), most: .seconds(2))
        /// Commands that one connection may owe answers to; more are refused at once.
        public var maximumInFlight = 10_000
        /// How this client is called in the server's `CLIENT LIST`: letters, digits and hyphens.
        public var name = "portico"
        /// How often a subscriber asks whether its connection still lives.
        public var heartbeat = Span.seconds(1)
        /// What the server may send.
        public var limits = RESPLimits()
        /// Where the metrics go.
        public var metrics = MetricsRegistry()
        /// Where connects and losses are told.
        public var logger = Logger(label: "portico.redis")

        /// The usual settings for a server.
        public init(url: String) {
            self.url = Secret(url)
        }

        /// The first thing that is wrong.
        func flaw() -> String? {
            let isPlain = name.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                    || byte == 0x2D
            }
            guard isPlain, !name.isEmpty else { return "A Redis client's name has letters, digits and hyphens only." }
            guard (1...64).contains(connections) else { return "Connections to Redis: 1 to 64." }
            guard timeout > .milliseconds(0), hardTimeout >= timeout, hardTimeout <= .minutes(1) else {
                return "The timeout of Redis must be positive and no longer than the hard one, that at most a minute."
            }
            guard maximumInFlight > 0, heartbeat > .milliseconds(0) else {
                return "Commands in flight and heartbeat of Redis must be positive."
            }
            return nil
        }
    }
}
