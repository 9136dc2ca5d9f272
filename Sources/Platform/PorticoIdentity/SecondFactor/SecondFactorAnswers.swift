import PorticoJSON

/// What an authenticator needs to know, shown once.
struct Enrolment: JSONRepresentable, Hashable {
    /// The secret in Base32, for typing.
    let secret: String
    /// The same with everything else, for a QR code.
    let uri: String

    static var schemaName: String { "Enrolment" }

    static var example: Enrolment {
        let secret = Array("12345678901234567890".utf8)
        return Enrolment(
            secret: Base32.encode(secret),
            uri: OneTimeCode.uri(secret, issuer: "bags", account: "asha@example.org"))
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("secret", secret, "The secret in Base32, for typing")
        object.field("uri", uri, "The same as an otpauth URI, for a QR code")
    }
}

/// Recovery codes, shown once.
struct RecoveryCodes: JSONRepresentable, Hashable {
    let codes: [String]

    static var schemaName: String { "RecoveryCodes" }
    static var example: RecoveryCodes { RecoveryCodes(codes: ["GEZD-GNBV-GY3T-QOJQ"]) }

    func write(to object: inout JSONObjectWriter) {
        object.field("recovery_codes", codes, "Each good once in place of a code; they are not shown again")
    }
}

/// How far an account is with its authenticator.
struct SecondFactorStatus: JSONRepresentable, Hashable {
    let state: String
    let isRequired: Bool
    let isMailed: Bool
    let recoveryCodesLeft: Int

    static var schemaName: String { "SecondFactorStatus" }

    static var example: SecondFactorStatus {
        SecondFactorStatus(state: "active", isRequired: false, isMailed: false, recoveryCodesLeft: 10)
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("state", state, "none, pending (no code shown yet) or active")
        object.field("required", isRequired, "Whether the role allows nothing before the state is active")
        object.field(
            "by_mail", isMailed, "Whether signing in takes a code by mail as long as the state is not active")
        object.field("recovery_codes_left", recoveryCodesLeft, "Recovery codes that were not used yet")
    }
}
