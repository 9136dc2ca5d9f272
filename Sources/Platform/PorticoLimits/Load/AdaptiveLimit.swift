/// A concurrency limit that follows latency: it grows while requests are as fast as they use to be, and shrinks when they
/// begin to wait for each other.
///
/// By Little's law a server that does not queue has as many requests under way as it completes per second times their
/// latency; more under way adds only waiting. The limit is corrected once per round of samples by the ratio of the usual
/// latency to the present one (a gradient as in TCP Vegas), plus room for a short queue of √limit requests. Overload that
/// is told outright, a timeout or a refusal further in, shrinks it by a tenth at once (as AIMD does).
///
/// A value without a clock: feed it measurements, read `limit`.
public struct AdaptiveLimit: Sendable, Hashable {
    /// Between which numbers the limit stays and how it moves.
    public struct Configuration: Sendable, Hashable {
        /// The limit at the start.
        public var initial: Int
        /// The lowest limit; at least 1.
        public var least: Int
        /// The highest limit.
        public var most: Int
        /// How many times the usual latency is still good.
        public var tolerance: Double
        /// Samples that make a round.
        public var samplesPerRound: Int
        /// How far one round moves the limit towards its new value: 0…1.
        public var smoothing: Double

        /// A configuration; one and a half times the usual latency is good, and fifty samples make a round.
        public init(
            initial: Int = 64, least: Int = 4, most: Int = 4096, tolerance: Double = 1.5, samplesPerRound: Int = 50,
            smoothing: Double = 0.3
        ) {
            self.least = max(1, least)
            self.most = max(self.least, most)
            self.initial = min(max(self.least, initial), self.most)
            self.tolerance = max(1, tolerance)
            self.samplesPerRound = max(1, samplesPerRound)
            self.smoothing = min(max(0.01, smoothing), 1)
        }

        /// A limit that never moves.
        public static func fixed(_ limit: Int) -> Configuration {
            Configuration(initial: limit, least: limit, most: limit)
        }
    }

    /// How many requests may be under way.
    public var limit: Int { Int(estimate.rounded()) }

    /// The usual latency in seconds; nil before the first round.
    public private(set) var usualLatency: Double?

    private let configuration: Configuration
    private var estimate: Double
    private var sum = 0.0
    private var samples = 0
    private var mostUnderWay = 0

    /// A limit at its initial value.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        self.estimate = Double(configuration.initial)
    }

    /// Takes the measurement of one finished request: its latency in seconds, and how many were under way with it.
    public mutating func observe(latency: Double, underWay: Int) {
        guard latency.isFinite, latency >= 0 else { return }
        sum += latency
        samples += 1
        mostUnderWay = max(mostUnderWay, underWay)
        if samples >= configuration.samplesPerRound { finishRound() }
    }

    /// Takes word of a request that failed because of too much load.
    public mutating func observeOverload() {
        estimate = max(Double(configuration.least), estimate * 0.9)
    }

    private mutating func finishRound() {
        let latency = max(sum / Double(samples), 1e-9)
        let busiest = mostUnderWay
        sum = 0
        samples = 0
        mostUnderWay = 0
        let usual = moveUsualLatency(towards: latency, isOwnQueue: Double(busiest) > max(estimate / 2, quiet))
        let gradient = min(max(configuration.tolerance * usual / latency, 0.5), 1)
        // Requests that never came near the limit say nothing about whether more would fit.
        if gradient == 1, Double(busiest) < estimate / 2 { return }
        let target = estimate * gradient + estimate.squareRoot()
        let next = estimate + configuration.smoothing * (target - estimate)
        estimate = min(max(next, Double(configuration.least)), Double(configuration.most))
    }

    /// How few requests under way cannot be the cause of each other's latency.
    private var quiet: Double { max(2 * Double(configuration.least), 16) }

    /// Follows latency downwards always, and upwards only where the limit's own requests cannot be the cause: overload
    /// must not become usual, however long it lasts. A service that has really become slower is learnt when fewer
    /// requests come, or when the limit has shrunk to a few.
    private mutating func moveUsualLatency(towards latency: Double, isOwnQueue: Bool) -> Double {
        guard let usual = usualLatency else {
            usualLatency = latency
            return latency
        }
        guard latency < usual || !isOwnQueue else { return usual }
        let weight = latency < usual ? 0.1 : 0.05
        let moved = usual + weight * (latency - usual)
        usualLatency = moved
        return moved
    }
}
