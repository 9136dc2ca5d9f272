import PorticoTelemetry
import Testing

@Suite struct LogRedactionTests {
    @Test(
        "masks secret keys in any spelling",
        arguments: [
            "password", "Password", "new_password", "newPassword", "access-token", "csrfToken", "Authorization",
            "Set-Cookie", "http.request.header.cookie", "token.kind", "client_secret", "apiKey", "api_key", "APIKey",
            "code", "login.code", "totpCode", "recovery_codes", "session_id",
        ])
    func covers(key: String) {
        #expect(LogRedaction.standard.covers(key))
    }

    @Test(
        "leaves other keys alone",
        arguments: ["status_code", "error.type", "bag_code", "author", "secretary", "route", "", ".", "code.length"])
    func leaves(key: String) {
        #expect(!LogRedaction.standard.covers(key))
    }

    @Test("takes a list of one's own")
    func own() {
        let redaction = LogRedaction(words: ["iban"], names: [])
        #expect(redaction.covers("debtorIban") && !redaction.covers("password"))
    }
}
