import CLibPQ
import PorticoSQL

extension PostgreSQLConnection {
    /// A plan for any values, so that none of them appears in it. Leaves the transaction as it was.
    func plan(of sql: SQL) throws -> [String] {
        try open()
        if let failure { throw failure }
        _ = try pipeline.sendOnce("SAVEPOINT portico_plan")
        let lent = pipeline.link.preface == nil ? nil : try prepareByText(sql)
        let name = try lent == nil ? pipeline.prepare(sql) : Self.lentName
        _ = try pipeline.sendOnce("SET LOCAL plan_cache_mode = force_generic_plan")
        let nulls = repeatElement("NULL", count: sql.parameters.count).joined(separator: ", ")
        let call = nulls.isEmpty ? name : "\(name)(\(nulls))"
        let explain = try pipeline.sendOnce(SQL(trusted: "EXPLAIN EXECUTE \(call)"))
        try pipeline.sync()
        _ = try pipeline.sendOnce("ROLLBACK TO SAVEPOINT portico_plan")
        _ = try pipeline.sendOnce("RELEASE SAVEPOINT portico_plan")
        defer { pipeline.forgetFailure() }
        try pipeline.settle()
        // The connection is somebody else's next, who must not find the name taken; no savepoint takes it back.
        if let lent, (try? pipeline.result(of: lent)) != nil {
            _ = try pipeline.sendOnce(SQL(trusted: "DEALLOCATE \(Self.lentName)"))
            try pipeline.settle()
        }
        var lines: [String] = []
        try pipeline.result(of: explain).forEach(limit: .max) { lines.append(try $0[0]) }
        return lines
    }

    private static let lentName = "portico_plan"

    /// Prepares a statement under a name that SQL knows. A pooler may give another one to what the protocol prepares.
    private func prepareByText(_ sql: SQL) throws -> Pipeline.Ticket {
        let types = sql.parameters.map { value in
            switch value {
            case .integer: "BIGINT"
            case .real: "DOUBLE PRECISION"
            case .blob: "BYTEA"
            case .text, .null: "UNKNOWN"
            }
        }
        let list = types.isEmpty ? "" : "(\(types.joined(separator: ", ")))"
        return try pipeline.sendOnce(SQL(trusted: "PREPARE \(Self.lentName)\(list) AS \(sql.text)"))
    }
}
