import Portico

/// The exports that run, over all nodes (rule R37).
extension BagSchema {
    /// A person has so many places as exports of one person may run; a running one holds its place for a while and renews
    /// it.
    static func exportPlaces(_ dialect: Dialect) -> String {
        """
        CREATE TABLE export_places (
            user_id \(dialect.integer) NOT NULL,
            place \(dialect.integer) NOT NULL,
            holder \(dialect.text) NOT NULL UNIQUE CHECK (length(holder) <= 40),
            held_until \(dialect.integer) NOT NULL,
            PRIMARY KEY (user_id, place)) \(keyed(dialect));

        """
    }
}
