import PorticoValues

@testable import PorticoWebhooks

/// Signatures of webhooks: what was signed is genuine, nothing else is, and secrets come back.
enum WebhookProperties {
    private static let now = Instant(milliseconds: 1_790_000_000_500)
    private static let secrets = [
        WebhookSecret(bytes: [UInt8](repeating: 7, count: 24)), WebhookSecret(bytes: [UInt8](repeating: 9, count: 64)),
    ]

    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        let place = Int(reader.byte())
        let change = reader.byte() | 1
        let id = String(decoding: reader.piece(), as: UTF8.self)
        let timestamp = String(decoding: reader.piece(), as: UTF8.self)
        let signature = String(decoding: reader.piece(), as: UTF8.self)
        let body = reader.rest()
        expect(!isGenuine(id, timestamp, signature, body), "nobody makes up a signature")
        checkSecret(signature)
        guard !id.isEmpty else { return }
        checkOwn(id, body, place, change, beside: signature)
    }

    private static func checkOwn(
        _ id: String, _ body: [UInt8], _ place: Int, _ change: UInt8, beside stranger: String
    ) {
        let fields = WebhookSignature.fields(id: id, at: now, body: body, secrets: secrets)
        let (timestamp, signature) = (fields[1].value, fields[2].value)
        expect(fields.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"], "three fields")
        expect(isGenuine(id, timestamp, signature, body), "what was signed is genuine")
        let first = stranger.split(separator: " ").first.map(String.init) ?? "v1,"
        expect(isGenuine(id, timestamp, "\(first) \(signature)", body), "a strange signature in front changes nothing")
        expect(!isGenuine(id, timestamp, signature, body + [change]), "a longer body is seen")
        expect(!isGenuine(id + "x", timestamp, signature, body), "another id is seen")
        expect(!isGenuine(id, String(timestamp.dropLast()), signature, body), "another time is seen")
        if !body.isEmpty {
            var other = body
            other[place % body.count] ^= change
            expect(!isGenuine(id, timestamp, signature, other), "another body is seen")
        }
        let one = WebhookSignature.value(id: id, at: now, body: body, secret: secrets[0])
        var letters = Array(one.utf8)
        letters[place % letters.count] ^= change & 0x7F
        let isSame = String(decoding: letters, as: UTF8.self) == one
        expect(
            isSame || !isGenuine(id, timestamp, String(decoding: letters, as: UTF8.self), body),
            "another letter of the signature is seen")
        let late = Instant(milliseconds: now.milliseconds + 302_000)
        expect(
            !WebhookSignature.isGenuine(
                id: id, timestamp: timestamp, signature: signature, body: body, secrets: secrets, at: late),
            "an old signature is none")
    }

    private static func isGenuine(_ id: String, _ timestamp: String, _ signature: String, _ body: [UInt8]) -> Bool {
        WebhookSignature.isGenuine(
            id: id, timestamp: timestamp, signature: signature, body: body, secrets: secrets, at: now)
    }

    private static func checkSecret(_ text: String) {
        guard let secret = WebhookSecret(text) else { return }
        expect((24...64).contains(secret.key.count), "a secret of 24 to 64 bytes")
        expect(WebhookSecret(secret.reveal())?.key == secret.key, "a secret comes back")
        expect(secret.reveal().utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a secret is plain text")
    }
}
