import PorticoIdentity
import PorticoRedis
import PorticoValues

/// Short texts with a grammar: Base64, addresses people sign in with, the URL of a Redis server.
enum TextProperties {
    static func checkBase64URL(_ input: [UInt8]) {
        let encoded = input.base64URL
        expect([UInt8](base64URL: encoded) == input, "bytes come back")
        expect(encoded.utf8.count == (input.count * 4 + 2) / 3, "no padding")
        let text = String(decoding: input, as: UTF8.self)
        guard let decoded = [UInt8](base64URL: text) else { return }
        expect(decoded.base64URL == text, "there is one text for the same bytes")
        expect(decoded.hexadecimal.utf8.count == decoded.count * 2, "two digits a byte")
    }

    static func checkEmail(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        guard let address = EmailAddress(text) else { return }
        expect(EmailAddress(address.text)?.text == address.text, "reading it again changes nothing")
        expect(EmailAddress(address.key)?.key == address.key, "a key is its own key")
        expect(
            address.text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F },
            "nothing that ends a header field")
        expect(address.text.utf8.count <= 254, "an address of possible length")
    }

    static func checkRedisURL(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        do throws(RedisError) {
            let address = try RedisAddress(text)
            expect((0...65_535).contains(address.database), "a possible database")
            switch address.place {
            case .server(let endpoint): checkEndpoint(endpoint)
            case .sentinels(let endpoints, let primary):
                expect(!endpoints.isEmpty && !primary.isEmpty, "sentinels and a name")
                for endpoint in endpoints { checkEndpoint(endpoint) }
            }
        } catch {
            // The text goes to the log, and what was typed may hold a password: only fixed sentences will do.
            expect(complaints.contains("\(error)"), "an error repeats nothing of the URL: \(error)")
        }
    }

    /// One URL for every way to be wrong.
    private static let complaints: Set<String> = Set(
        ["", "rediss://h", "redis://u@h", "redis+sentinel://h", "redis://h/x"].compactMap { url in
            do throws(RedisError) {
                _ = try RedisAddress(url)
                return nil
            } catch {
                return "\(error)"
            }
        })

    private static func checkEndpoint(_ endpoint: RedisEndpoint) {
        expect(!endpoint.host.isEmpty && (1...65_535).contains(endpoint.port), "a possible endpoint")
    }
}
