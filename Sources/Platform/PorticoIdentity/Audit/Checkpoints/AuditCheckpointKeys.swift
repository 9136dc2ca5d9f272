import PorticoValues

/// Signs the checkpoints of one application's audit, and knows which of them it has signed, or a node with an earlier
/// secret.
public struct AuditCheckpointKeys: Sendable {
    /// Whose checkpoints.
    public let application: String
    private let key: SigningKey
    private let known: [String: VerificationKey]

    /// The keys of an application.
    /// - Parameter previous: keys below earlier master secrets: what they have signed is still good, and nothing new is
    ///   signed with them.
    public init(application: String, keys: SecretKeys, previous: [SecretKeys] = []) {
        let key = SigningKey(seed: keys.checkpoints)
        let all = [key.verification] + previous.map { SigningKey(seed: $0.checkpoints).verification }
        self.application = application
        self.key = key
        known = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func checkpoint(of end: AuditChain.End, at now: Instant) -> AuditCheckpoint {
        AuditCheckpoint(application: application, end: end, at: now, signedBy: key)
    }

    /// What is wrong with the signature of a checkpoint; nil when nothing is.
    func fault(of checkpoint: AuditCheckpoint) -> AuditCheckpointFault.Reason? {
        guard let key = known[checkpoint.keyID] else { return .unknownKey }
        return key.verifies(checkpoint.signature, of: checkpoint.signedBytes) ? nil : .wrongSignature
    }
}
