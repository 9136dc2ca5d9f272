import PorticoJSON
import PorticoValues

/// How far the chain of an application's audit went at a time, signed. Whoever keeps one where nobody who may write to
/// the database can reach it, can tell later whether the rows up to there are still those of that time.
///
/// Written as one line of JSON. The signature is Ed25519 over the canonical JSON (RFC 8785) of the other members, so
/// that nobody makes one up without the secret of the installation.
public struct AuditCheckpoint: Sendable, Hashable {
    /// The longest line that is looked at, in bytes; ours have some three hundred.
    static let byteLimit = 4096

    /// Whose audit.
    public let application: String
    /// Position of the last row of the chain; 0 when there was none.
    public let seq: Int64
    /// Hash of that row.
    public let hash: String
    /// When the checkpoint was made.
    public let at: Instant
    /// Names the key that signed it.
    public let keyID: String
    /// The bytes of the signature, 64 when it is one.
    public let signature: [UInt8]
    /// The other members as they were written, those unknown to this release included.
    private let signed: JSONValue

    init(application: String, end: AuditChain.End, at: Instant, signedBy key: SigningKey) {
        self.application = application
        seq = end.seq
        hash = end.hash
        self.at = at
        keyID = key.verification.id
        let members: JSONValue = [
            "application": .string(application), "seq": .integer(end.seq), "hash": .string(end.hash),
            "at": .string(at.rfc3339), "key_id": .string(key.verification.id),
        ]
        signed = members
        signature = key.signature(of: members.canonicalBytes)
    }

    /// Reads a line; nil when it is no checkpoint. Its signature may be wrong all the same.
    init?(_ line: some Collection<UInt8>) {
        guard line.count <= AuditCheckpoint.byteLimit, var members = SignedText.object(Array(line)),
            let application = members["application"]?.string,
            // Beyond this the canonical form rounds, and one signature would be good for two positions.
            let seq = members["seq"]?.int64, (0...(1 << 53)).contains(seq),
            let hash = members["hash"]?.string, AuditCheckpoint.isHash(hash),
            let at = members["at"]?.string.flatMap({ Instant(rfc3339: $0) }),
            let keyID = members["key_id"]?.string,
            let signature = members["signature"]?.string.flatMap({ [UInt8](base64URL: $0) })
        else { return nil }
        self.application = application
        self.seq = seq
        self.hash = hash
        self.at = at
        self.keyID = keyID
        self.signature = signature
        members["signature"] = nil
        signed = members
    }

    /// What the signature is of.
    var signedBytes: [UInt8] { signed.canonicalBytes }

    /// The checkpoint as JSON on one line, without a line feed.
    public var line: String {
        var members = signed
        members["signature"] = .string(signature.base64URL)
        return String(decoding: members.bytes, as: UTF8.self)
    }

    /// Whether a text is a SHA-256 in lower-case hexadecimal.
    private static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
