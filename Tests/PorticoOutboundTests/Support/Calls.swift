import PorticoLimits
import PorticoOutbound
import PorticoTelemetry
import PorticoValues
import Synchronization

/// A client with a clock that stands still, and what it counted.
struct Calls {
    let clock = Clock(standingAt: Instant(seconds: 1_790_000_000))
    let metrics = MetricsRegistry()
    let client: OutboundClient

    init(_ change: (inout OutboundClient.Configuration) -> Void = { _ in }) throws {
        var configuration = OutboundClient.Configuration()
        change(&configuration)
        client = try OutboundClient(configuration, clock: clock, metrics: metrics)
    }

    /// A destination that may be on this machine, with quick retries.
    func local(_ change: (inout OutboundDestination.Settings) -> Void = { _ in }) -> OutboundDestination {
        var settings = OutboundDestination.Settings(
            policy: .anywhere, retries: 0, backoff: Backoff(base: .milliseconds(1), most: .milliseconds(2)))
        change(&settings)
        return client.destination("test", settings)
    }

    func count(_ outcome: String) -> Int {
        let text = String(decoding: metrics.prometheusText(), as: UTF8.self)
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("portico_outbound_requests_total{destination=\"test\",outcome=\"\(outcome)\"}")
        }
        return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
    }
}

/// The error of a call that must fail.
func failure(_ work: () async throws -> OutboundResponse) async -> OutboundError? {
    do {
        _ = try await work()
        return nil
    } catch {
        return error as? OutboundError
    }
}

/// A number that tasks and threads count up.
final class Tally: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .sequentiallyConsistent) }

    /// The number before this call.
    @discardableResult func next() -> Int { number.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue }
}
