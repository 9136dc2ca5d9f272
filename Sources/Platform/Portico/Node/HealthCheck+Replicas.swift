import PorticoPostgreSQL

extension HealthCheck {
    /// Whether the copies of an application's database follow it; nil where there are none.
    static func replicas(of database: Database, application: String) -> HealthCheck? {
        guard let engine = database.engine as? PostgreSQLEngine, !engine.replicas.isEmpty else { return nil }
        return HealthCheck("\(application).replicas", isEssential: false) {
            let reports = engine.replicas
            let isWell = reports.allSatisfy { $0.isFollowing && !$0.isLate }
            return Result(isWell ? .healthy : .degraded, reports.map(\.text).joined(separator: "; "))
        }
    }
}

extension ReplicaReport {
    /// How it stands, in words: `db2:5432 follows, 0 ms behind`.
    fileprivate var text: String {
        let lag = lag.map { ", \($0) ms behind" } ?? ""
        return isFollowing ? "\(name) follows\(lag)" : "\(name) is out of service, \(fault)\(lag)"
    }
}
