import PorticoJSON
import PorticoValues

/// A signed text in the compact form of RFC 7515 §7.1: header, payload and signature as unpadded URL-safe Base64 between
/// dots.
///
/// Only EdDSA (RFC 8037) is spoken. The header says which key to look for and nothing else: no other algorithm, no key
/// or address of one that it brings along, no extension.
struct SignedText: Sendable {
    /// The longest text that is looked at, in bytes; ours have a few hundred.
    static let byteLimit = 4096

    /// The members of the header.
    let header: JSONValue
    /// The payload's bytes.
    let payload: [UInt8]
    private let signedBytes: [UInt8]
    private let signature: [UInt8]

    /// Signs a payload.
    static func make(_ payload: [UInt8], header: [UInt8], with key: SigningKey) -> String {
        let signed = "\(header.base64URL).\(payload.base64URL)"
        return "\(signed).\(key.signature(of: Array(signed.utf8)).base64URL)"
    }

    /// Takes a text apart; nil when it has not exactly this form, or a header that must be refused.
    init?(_ text: String) {
        guard text.utf8.count <= SignedText.byteLimit else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let headerBytes = [UInt8](base64URL: parts[0]),
            let payload = [UInt8](base64URL: parts[1]), let signature = [UInt8](base64URL: parts[2]),
            let header = SignedText.object(headerBytes), header["alg"] == "EdDSA", header["crit"] == nil
        else { return nil }
        self.header = header
        self.payload = payload
        self.signature = signature
        signedBytes = Array(text.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
    }

    /// Whether the signature is by this key.
    func isSigned(by key: VerificationKey) -> Bool {
        key.verifies(signature, of: signedBytes)
    }

    /// A JSON object none of whose names comes twice (RFC 7515 §4, RFC 7519 §4); nil for anything else.
    static func object(_ bytes: [UInt8]) -> JSONValue? {
        guard let root = try? JSONDocument(parsing: bytes, depthLimit: 4).root, root.kind == .object,
            Set(root.members.map(\.key)).count == root.count
        else { return nil }
        return root.value
    }
}
