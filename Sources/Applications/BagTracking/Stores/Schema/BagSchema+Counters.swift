import Portico

/// Figures kept beside the rows: exact counters (rule R38) and the hours of activity that the dashboard draws.
extension BagSchema {
    /// The area of what belongs to none is the empty text in both tables.
    static func counters(_ dialect: Dialect) -> String {
        // On PostgreSQL the same few rows are updated all the time; room in their pages keeps that cheap.
        let room = dialect == .postgresql ? "WITH (fillfactor = 50)" : ""
        return """
            CREATE TABLE counters (
                area_code \(dialect.text) NOT NULL,
                name \(dialect.text) NOT NULL,
                shard \(dialect.integer) NOT NULL,
                value \(dialect.integer) NOT NULL,
                PRIMARY KEY (area_code, name, shard)) \(keyed(dialect)) \(room);
            CREATE TABLE daily_activity (
                area_code \(dialect.text) NOT NULL,
                date \(dialect.text) NOT NULL,
                hour \(dialect.integer) NOT NULL CHECK (hour BETWEEN 0 AND 23),
                kind \(dialect.text) NOT NULL,
                outcome \(dialect.text) NOT NULL,
                count \(dialect.integer) NOT NULL,
                PRIMARY KEY (area_code, date, hour, kind, outcome)) \(keyed(dialect));

            """
    }

    /// The versions by themselves: figures are read under them all the time, and those of all areas lie far apart. Their
    /// values are not in the index, so that counting goes on without touching it.
    static func counterVersions(_ dialect: Dialect) -> String {
        "CREATE INDEX counters_version ON counters (area_code, shard) WHERE name = 'version';"
    }
}
