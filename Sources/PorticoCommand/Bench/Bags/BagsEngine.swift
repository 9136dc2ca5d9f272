import PorticoBench

/// The database that the server works on, which decides what is wanted of it.
enum BagsEngine: String, Sendable {
    case sqlite
    case postgresql

    /// Out of what the server shows; nil where it shows no database of bag tracking.
    init?(_ figures: MetricsText) {
        let label = #"application="bags""#
        if figures.sum("portico_sqlite_file_bytes", with: label) != nil {
            self = .sqlite
        } else if figures.sum("portico_sql_round_trips_total", with: label) != nil {
            self = .postgresql
        } else {
            return nil
        }
    }

    /// Its name for people.
    var title: String { self == .sqlite ? "SQLite" : "PostgreSQL" }

    /// One of two values.
    func pick<Value>(_ sqlite: Value, _ postgresql: Value) -> Value { self == .sqlite ? sqlite : postgresql }
}
