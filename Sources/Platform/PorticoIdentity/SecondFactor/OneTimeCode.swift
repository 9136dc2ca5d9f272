import PorticoHTTP
import PorticoValues

/// Codes that an authenticator shows for half a minute (TOTP, RFC 6238: HMAC-SHA-1, steps of 30 seconds, six digits).
enum OneTimeCode {
    /// Bytes of a secret: as many as SHA-1 has (RFC 4226 §4, R6).
    static let secretBytes = 20
    /// Seconds of a step.
    static let period: Int64 = 30
    /// Digits of a code.
    static let digits = 6

    /// Which step an instant lies in, counted from the epoch.
    static func step(at now: Instant) -> Int64 {
        now.milliseconds / 1000 / period
    }

    /// The code of a step (RFC 4226 §5.3).
    static func code(_ secret: [UInt8], step: Int64, digits: Int = digits) -> String {
        let hash = SHA1.hmac(SHA1.bigEndian(UInt64(bitPattern: step)), key: secret)
        let offset = Int(hash[19] & 15)
        let number = hash[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let modulus = (0..<digits).reduce(1) { value, _ in value * 10 }
        let text = String(Int(number) % modulus)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step whose code this is: the present one or one of its neighbours, because clocks differ and people type slowly
    /// (RFC 6238 §5.2), but only one after `last`, so that no code is good twice.
    static func step(of code: String, _ secret: [UInt8], at now: Instant, after last: Int64) -> Int64? {
        let present = step(at: now)
        let steps = [present - 1, present, present + 1]
        return steps.filter { constantTimeEqual(Array(OneTimeCode.code(secret, step: $0).utf8), Array(code.utf8)) }
            .first { $0 > last }
    }

    /// What authenticators read from a QR code (the key URI format).
    static func uri(_ secret: [UInt8], issuer: String, account: String) -> String {
        let issuer = PercentCoding.encode(issuer)
        return "otpauth://totp/\(issuer):\(PercentCoding.encode(account))?secret=\(Base32.encode(secret))"
            + "&issuer=\(issuer)&algorithm=SHA1&digits=\(digits)&period=\(period)"
    }
}

/// Base32 (RFC 4648 §6) without padding, as authenticators take secrets.
enum Base32 {
    static func encode(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var text: [UInt8] = []
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(pending >> bits & 31)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(pending << (5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
