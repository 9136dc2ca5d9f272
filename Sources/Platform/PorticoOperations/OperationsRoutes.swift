import PorticoHTTP
import PorticoJSON
import PorticoLimits
import PorticoTelemetry

/// What the machines around a node ask it: is it alive, is it ready, how does it stand, what are its figures.
public struct OperationsRoutes: Sendable {
    private let checks: [HealthCheck]
    private let metrics: MetricsRegistry
    private let isDraining: @Sendable () -> Bool

    /// The routes. `isDraining` says whether the node is on its way out and wants no new visitors.
    public init(
        checks: [HealthCheck], metrics: MetricsRegistry, isDraining: @escaping @Sendable () -> Bool = { false }
    ) {
        self.checks = checks
        self.metrics = metrics
        self.isDraining = isDraining
    }

    /// All routes, at the root of the site.
    public var routes: [Route] { [live, ready, health, figures].map { $0.matters(.vital) } }

    private var live: Route {
        .immediate(.get, "/livez", "live", "Says that the process runs", mediaType: "text/plain") {
            (_: RequestContext, _: NoInput) in
            .text("ok\n")
        }
    }

    private var ready: Route {
        .raw(
            .get, "/readyz", "ready", "Says whether the node can serve", access: .anonymous, limit: .unlimited,
            mediaType: "text/plain"
        ) { (_: RequestContext, _: NoInput) in
            guard !isDraining() else {
                throw Problem(503, "draining", "The node is on its way out.", headers: ["retry-after": "2"])
            }
            let report = await HealthReport.make(checks)
            guard report.failing.isEmpty else {
                throw Problem(
                    503, "not_ready", "Not available: \(report.failing.joined(separator: ", ")).",
                    headers: ["retry-after": "2"])
            }
            return .text(report.state == .healthy ? "ready\n" : "degraded\n")
        }
    }

    private var health: Route {
        .json(
            .get, "/health", "health", "Tells how every dependency stands", access: .operators, limit: .unlimited,
            statuses: [(.ok, "How everything stands"), (503, "An essential dependency does not work")]
        ) { (_: RequestContext, _: NoInput) in
            let report = await HealthReport.make(checks)
            return Reply(report, status: report.failing.isEmpty ? .ok : 503)
        }
    }

    private var figures: Route {
        .raw(
            .get, "/metrics", "metrics", "All figures for Prometheus", access: .operators, limit: .unlimited,
            mediaType: "text/plain"
        ) { (context: RequestContext, _: NoInput) in
            let accepted = context.request.head.headers["accept"] ?? ""
            if accepted.contains("application/openmetrics-text") {
                return Response(
                    .ok, headers: ["content-type": "application/openmetrics-text; version=1.0.0; charset=utf-8"],
                    body: .bytes(metrics.openMetricsText()))
            }
            return Response(
                .ok, headers: ["content-type": "text/plain; version=0.0.4; charset=utf-8"],
                body: .bytes(metrics.prometheusText()))
        }
    }
}
