/// Tells one source from another: the steps of its schema and the millisecond at which each was applied, which no two
/// installations share. Whether the rows are still what they were is told by their digests.
enum SourceMark {
    /// The mark of a database: 64 hexadecimal digits.
    /// - Throws: ``SQLError``.
    static func of(_ session: some SQLSession) throws -> String {
        let steps = try session.all(
            "move.mark",
            "SELECT component, number, checksum, applied_at FROM schema_migrations ORDER BY component, number"
        ) { row in try (0..<4).map { try row.value($0) } }
        return Digest.sha256(steps.flatMap { ValueBytes.of($0) }).hexadecimal
    }
}
