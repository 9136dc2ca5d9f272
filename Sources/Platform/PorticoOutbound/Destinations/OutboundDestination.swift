import PorticoLimits
import PorticoTelemetry
import PorticoValues

/// One service that is called, under a name the program chose: what it may be called at, how often at once, when it is
/// left alone, and how calls are retried. All calls to it share one circuit, one limit and one budget.
public final class OutboundDestination: Sendable {
    /// How a destination is treated.
    public struct Settings: Sendable {
        /// The addresses it may have.
        public var policy: DestinationPolicy
        /// Calls that may be under way at once; more fail at once as `busy`.
        public var mostUnderWay: Int
        /// When it is left alone; nil for never, as for a name that stands for many services.
        public var circuit: CircuitPolicy?
        /// Calls made again for one request.
        public var retries: Int
        /// The wait before a retry.
        public var backoff: Backoff
        /// How many retries all calls together may have.
        public var allowance: RetryAllowance

        /// Settings; public addresses, 64 calls at once, two retries.
        public init(
            policy: DestinationPolicy = .publicOnly, mostUnderWay: Int = 64, circuit: CircuitPolicy? = CircuitPolicy(),
            retries: Int = 2, backoff: Backoff = Backoff(base: .milliseconds(100), most: .seconds(5)),
            allowance: RetryAllowance = RetryAllowance()
        ) {
            self.policy = policy
            self.mostUnderWay = max(1, mostUnderWay)
            self.circuit = circuit
            self.retries = max(0, retries)
            self.backoff = backoff
            self.allowance = allowance
        }
    }

    /// Name in metrics.
    public let name: String
    /// How it is treated.
    public let settings: Settings
    let limit: ConcurrencyLimit
    let circuit: CircuitBreaker?
    let budget: RetryBudget
    let metrics: OutboundMetrics

    init(_ name: String, _ settings: Settings, _ registry: MetricsRegistry) {
        self.name = name
        self.settings = settings
        limit = ConcurrencyLimit(settings.mostUnderWay)
        circuit = settings.circuit.map { CircuitBreaker($0) }
        budget = RetryBudget(settings.allowance)
        metrics = OutboundMetrics(registry, destination: name)
        metrics.observe(self, in: registry)
    }

    /// Whether it is left alone at present.
    public var isLeftAlone: Bool {
        if case .open = circuit?.position { true } else { false }
    }

    /// Calls under way.
    public var underWay: Int { limit.underWay }
}
