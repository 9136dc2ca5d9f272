extension HealthCheck {
    /// Whether an application's database answers, and whether callers wait for it.
    static func database(_ database: Database, application: String) -> HealthCheck {
        HealthCheck("\(application).database", isEssential: true) {
            do {
                _ = try await database.engine.ping()
                let pool = database.engine.pool
                let detail = "\(database.dialect.rawValue), \(pool.inUse) of \(pool.capacity) connections at work"
                return Result(pool.waiting > pool.capacity ? .degraded : .healthy, detail)
            } catch let error as SQLError {
                return Result(.unhealthy, error.description)
            } catch {
                return Result(.unhealthy, "no answer")
            }
        }
    }
}
