import PorticoValues
import Testing

@testable import PorticoWebhooks

@Suite struct WebhookSignatureTests {
    private let body = Array(#"{"test": 2432232314}"#.utf8)
    private let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private let at = Instant(seconds: 1_614_265_330)

    private func secret() throws -> WebhookSecret {
        try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    }

    @Test("signs the published example as published")
    func example() throws {
        let value = WebhookSignature.value(id: id, at: at, body: body, secret: try secret())
        #expect(value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("knows its own signatures, among several, and no others")
    func genuine() throws {
        let (own, other) = (try secret(), WebhookSecret())
        let fields = WebhookSignature.fields(id: id, at: at, body: body, secrets: [other, own])
        let signature = fields[2].value
        #expect(fields.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(signature.split(separator: " ").count == 2)
        func holds(
            id: String? = nil, timestamp: String = "1614265330", signature: String, body: [UInt8]? = nil,
            secrets: [WebhookSecret], now: Instant
        ) -> Bool {
            WebhookSignature.isGenuine(
                id: id ?? self.id, timestamp: timestamp, signature: signature, body: body ?? self.body,
                secrets: secrets, at: now)
        }
        #expect(holds(signature: signature, secrets: [own], now: at))
        #expect(holds(signature: signature, secrets: [WebhookSecret(), other], now: at + .minutes(5)))
        #expect(!holds(signature: signature, secrets: [own], now: at + .minutes(6)))
        #expect(!holds(signature: signature, secrets: [own], now: at - .minutes(6)))
        #expect(!holds(signature: signature, secrets: [WebhookSecret()], now: at))
        #expect(!holds(signature: signature, body: body + [0x20], secrets: [own], now: at))
        #expect(!holds(id: "msg_other", signature: signature, secrets: [own], now: at))
        #expect(!holds(timestamp: "1614265331", signature: signature, secrets: [own], now: at))
        #expect(!holds(timestamp: "soon", signature: signature, secrets: [own], now: at))
        #expect(!holds(signature: "", secrets: [own], now: at))
    }

    @Test("secrets are read as they were written, and never printed")
    func secrets() throws {
        for _ in 0..<20 {
            let secret = WebhookSecret()
            #expect(WebhookSecret(secret.reveal())?.key == secret.key)
            #expect(secret.key.count == 32 && !"\(secret)".contains(secret.reveal().dropFirst(6)))
        }
        #expect(WebhookSecret("whsec_AAAA") == nil && WebhookSecret("whsec_????") == nil && WebhookSecret("") == nil)
        #expect(Base64.text([0xFB, 0xFF]) == "+/8=" && Base64.bytes("+/8=") == [0xFB, 0xFF])
        #expect(Base64.bytes("-_8=") == nil && Base64.bytes("") == [])
    }
}
