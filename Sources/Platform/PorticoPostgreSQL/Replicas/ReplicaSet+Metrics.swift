import PorticoTelemetry

extension ReplicaSet {
    /// Shows the copies in a registry, each named by host and port:
    /// - `portico_sql_replica_following{application,replica}`: whether it gets reads.
    /// - `portico_sql_replica_lag_seconds{application,replica}`: how far it is behind; none while that is not known.
    /// - `portico_sql_replica_reads_total`, `…_failures_total`, `…_ejections_total{application,replica}`: reads it has answered,
    ///   reads that failed there and went to the primary, how often it was passed over from some moment on.
    /// - `portico_sql_replica_declined_total{application,reason}`: reads that allowed a copy and went to the primary, because
    ///   none was well (`none`) or had come far enough (`behind`).
    func register(in registry: MetricsRegistry, application: String) {
        registry.observe(
            gauge: "portico_sql_replica_following", help: "Whether a copy of the database gets reads.",
            labels: ["application", "replica"]
        ) { [weak self] in
            (self?.reports ?? []).map { ([application, $0.name], $0.isFollowing ? 1 : 0) }
        }
        registry.observe(
            gauge: "portico_sql_replica_lag_seconds", help: "How far a copy of the database is behind.",
            labels: ["application", "replica"]
        ) { [weak self] in
            (self?.reports ?? []).compactMap { report in
                report.lag.map { ([application, report.name], Double($0) / 1000) }
            }
        }
        let counters: [(name: String, help: String, read: @Sendable (Replica) -> Int)] = [
            ("reads", "Reads that a copy of the database has answered.", { $0.reads }),
            ("failures", "Reads that failed at a copy and went to the primary.", { $0.failures }),
            ("ejections", "How often a copy was taken out of service.", { $0.ejections }),
        ]
        for (name, help, read) in counters {
            registry.observe(
                counter: "portico_sql_replica_\(name)_total", help: help, labels: ["application", "replica"]
            ) { [weak self] in
                (self?.replicas ?? []).map { ([application, $0.name], Double(read($0))) }
            }
        }
        registry.observe(
            counter: "portico_sql_replica_declined_total",
            help: "Reads that allowed a copy of the database and went to the primary.",
            labels: ["application", "reason"]
        ) { [weak self] in
            guard let declined = self?.declined else { return [] }
            return [
                ([application, "none"], Double(declined.withoutCopy)),
                ([application, "behind"], Double(declined.behind)),
            ]
        }
    }
}
