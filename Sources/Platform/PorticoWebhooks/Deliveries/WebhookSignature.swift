import PorticoValues

/// Signs messages and checks signatures, as Standard Webhooks says: HMAC-SHA-256 over `id.timestamp.body`, in the header
/// fields `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature` (`v1,` and Base64, several between spaces).
public enum WebhookSignature {
    /// The signature of one secret: `v1,…`.
    public static func value(id: String, at instant: Instant, body: [UInt8], secret: WebhookSecret) -> String {
        let seconds = instant.milliseconds / 1000
        return "v1," + Base64.text(Digest.hmacSHA256(Array("\(id).\(seconds).".utf8) + body, key: secret.key))
    }

    /// The header fields of a message. While a secret is being replaced both sign.
    public static func fields(
        id: String, at instant: Instant, body: [UInt8], secrets: [WebhookSecret]
    ) -> [(name: String, value: String)] {
        let values = secrets.map { value(id: id, at: instant, body: body, secret: $0) }
        return [
            (name: "webhook-id", value: id),
            (name: "webhook-timestamp", value: String(instant.milliseconds / 1000)),
            (name: "webhook-signature", value: values.joined(separator: " ")),
        ]
    }

    /// Whether a message that came was signed with one of the secrets, no longer ago than `tolerance` and not in the
    /// future beyond it. For receivers, and for tests.
    public static func isGenuine(
        id: String, timestamp: String, signature: String, body: [UInt8], secrets: [WebhookSecret], at now: Instant,
        tolerance: Span = .minutes(5)
    ) -> Bool {
        guard timestamp.utf8.count <= 12, let seconds = Int64(timestamp), !id.isEmpty else { return false }
        let signed = Instant(seconds: seconds)
        guard abs((now - signed).milliseconds) <= tolerance.milliseconds + 999 else { return false }
        let given = signature.split(separator: " ").prefix(8).map { Array($0.utf8) }
        return secrets.contains { secret in
            let expected = Array(value(id: id, at: signed, body: body, secret: secret).utf8)
            return given.contains { constantTimeEqual($0, expected) }
        }
    }
}
