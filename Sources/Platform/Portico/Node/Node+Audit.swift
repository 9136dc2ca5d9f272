import Logging

/// What commands do with an application's audit.
extension Node {
    /// A checkpoint of an application's audit as it is now, to be kept outside the database.
    /// - Throws: ``Settings/Mistake``, also when the database is used with another secret; ``SQLError``.
    public static func checkpoint(
        of application: any Application, settings: Settings, logger: Logger
    ) async throws -> AuditCheckpoint {
        let address = try DatabaseAddress(settings, application: application.id)
        return try await withOpen(address, application, settings, logger) { database in
            let keys = try await checkpointKeys(of: application, settings, in: database)
            return try await AuditChain.checkpoint(of: database, signedBy: keys, at: Clock().now())
        }
    }

    /// Checks the chain of an application's audit.
    /// - Parameter path: a file of checkpoints that the chain must agree with.
    /// - Throws: ``Settings/Mistake``, ``AuditCheckpointFileError``, ``SQLError``.
    public static func verifyAudit(
        of application: any Application, against path: String? = nil, settings: Settings, logger: Logger
    ) async throws -> AuditVerification {
        let address = try DatabaseAddress(settings, application: application.id)
        return try await withOpen(address, application, settings, logger) { database in
            guard let path else { return try await AuditChain.verify(database) }
            let keys = try await checkpointKeys(of: application, settings, in: database)
            let list = try await AuditCheckpointFile(path: path, keys: keys).list()
            return try await AuditChain.verify(database, against: list)
        }
    }

    /// What a node with these settings signs the application's checkpoints with. A checkpoint signed with another
    /// secret would be worth nothing, so the database must know it.
    private static func checkpointKeys(
        of application: any Application, _ settings: Settings, in database: Database
    ) async throws -> AuditCheckpointKeys {
        let keys = SecretKeys(master: try MasterKey.load(settings))
        let previous = try SharedParts.previousKeys(settings)
        guard try await MasterKeyMark.knows(keys, previous: previous, in: database) else {
            throw Settings.Mistake.otherKey(thanDatabaseOf: application.id)
        }
        return AuditCheckpointKeys(
            application: application.id, keys: SharedParts.keys(of: application.id, below: keys),
            previous: previous.map { SharedParts.keys(of: application.id, below: $0) })
    }
}

extension Settings.Mistake {
    /// The secret is not the one that an application's database is used with.
    static func otherKey(thanDatabaseOf application: String) -> Settings.Mistake {
        Settings.Mistake(
            description: """
                secret.key: another key than the one the database of \(application) is used with; it takes the \
                same key on every node, or the file secret.key of the first one's data directory; a new key takes \
                the one before it in secret.previous_keys
                """)
    }
}
