import PorticoSQL
import PorticoValues

/// What a database remembers of the master secret it is used with.
///
/// A node with another secret would refuse the forms, cursors and kept answers of the others, and could not read what they
/// have sealed. So the first one leaves a mark, from which nothing about the secret can be learnt, and the others compare.
public enum MasterKeyMark {
    /// Leaves the mark of these keys, or compares it with the one that is there.
    /// - Returns: whether the database is used with these keys.
    public static func matches(_ keys: SecretKeys, in database: Database) async throws -> Bool {
        let mark = keys.key(for: "mark")
        return try await database.write { transaction in
            try transaction.execute(
                "master_key.mark",
                "INSERT INTO master_key_mark (id, mark) VALUES (1, \(mark)) ON CONFLICT (id) DO NOTHING")
            let kept = try transaction.scalar(
                "master_key.find", "SELECT mark FROM master_key_mark WHERE id = 1", as: [UInt8].self)
            return kept.map { constantTimeEqual($0, mark) } ?? false
        }
    }

    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE master_key_mark (
            id \(dialect.integer) NOT NULL PRIMARY KEY CHECK (id = 1),
            mark \(dialect.blob) NOT NULL) \(dialect.strict);
        """
    }
}
