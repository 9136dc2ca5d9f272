import PorticoSQL
import PorticoValues

/// What a database remembers of the master secret it is used with.
///
/// A node with another secret would refuse the forms, cursors and kept answers of the others, and could not read what they
/// have sealed. So the first one leaves a mark, from which nothing about the secret can be learnt, and the others compare.
public enum MasterKeyMark {
    /// Leaves the mark of these keys, or compares it with the one that is there. A mark of one of the previous keys is
    /// replaced by that of the present one.
    /// - Parameter previous: keys that were, or will be, in use: whoever knows them belongs to the same house.
    /// - Returns: whether the database is used with these keys.
    /// - Throws: ``SQLError``.
    public static func matches(
        _ keys: SecretKeys, previous: [SecretKeys] = [], in database: Database
    ) async throws -> Bool {
        let mark = mark(of: keys)
        let others = previous.map { self.mark(of: $0) }
        return try await database.write { transaction in
            try transaction.execute(
                "master_key.mark",
                "INSERT INTO master_key_mark (id, mark) VALUES (1, \(mark)) ON CONFLICT (id) DO NOTHING")
            let kept = try transaction.scalar(
                "master_key.find",
                "SELECT mark FROM master_key_mark WHERE id = 1\(transaction.dialect.forUpdate)", as: [UInt8].self)
            guard let kept else { return false }
            if constantTimeEqual(kept, mark) { return true }
            guard others.contains(where: { constantTimeEqual(kept, $0) }) else { return false }
            try transaction.execute("master_key.renew", "UPDATE master_key_mark SET mark = \(mark) WHERE id = 1")
            return true
        }
    }

    /// Whether the database is used with these keys, or with one of the previous ones, or with none yet. Leaves and
    /// changes nothing, for commands that only look.
    /// - Throws: ``SQLError``.
    public static func knows(
        _ keys: SecretKeys, previous: [SecretKeys] = [], in database: Database
    ) async throws -> Bool {
        let kept = try await database.read {
            try $0.scalar("master_key.look", "SELECT mark FROM master_key_mark WHERE id = 1", as: [UInt8].self)
        }
        guard let kept else { return true }
        return ([keys] + previous).contains { constantTimeEqual(kept, mark(of: $0)) }
    }

    private static func mark(of keys: SecretKeys) -> [UInt8] { keys.key(for: "mark") }

    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE master_key_mark (
            id \(dialect.integer) NOT NULL PRIMARY KEY CHECK (id = 1),
            mark \(dialect.blob) NOT NULL) \(dialect.strict);
        """
    }
}
