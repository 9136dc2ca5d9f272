/// A connection that can send a statement without waiting for its end.
public protocol DeferringConnection: EngineConnection {
    /// Sends a statement whose result nobody looks at. Its failure is thrown, under `name`, by the next statement whose
    /// result is looked at or by the commit, whichever comes first.
    func runLater(_ name: String, _ sql: SQL) throws
}

extension Transaction {
    /// Runs a statement that changes rows and whose outcome only matters as a whole.
    ///
    /// Where each statement costs a trip to a server it travels with the next one or with the commit. A failure is
    /// thrown there, with the name of this statement; elsewhere it is thrown here. Do not catch it either way: the
    /// transaction is lost. The statement is logged with the time it took to send.
    /// - Throws: ``SQLError``, also of an earlier statement that was sent this way.
    public func executeLater(_ name: String, _ sql: SQL) throws {
        try channel.observed(name) { connection in
            for value in sql.parameters { try value.refuseUnstorable() }
            guard let connection = connection as? any DeferringConnection else {
                return ((), try connection.run(sql, isLarge: false) { _ in })
            }
            try connection.runLater(name, sql)
            return ((), 0)
        }
    }
}
