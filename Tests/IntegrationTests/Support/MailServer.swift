import Foundation
import Glibc
import Portico
import PorticoTesting
import Testing

/// A mail server that others wrote, of one test, on a port of its own. It can be stopped and started again, and keeps what
/// it has taken.
final class MailServer: Sendable {
    /// Whose server it is.
    enum Kind: String, Sendable, CustomTestStringConvertible {
        /// `scripts/mail/server.py` over Python's own library.
        case python
        /// aiosmtpd, where `PORTICO_TEST_AIOSMTPD` names a Python that has it; see `scripts/mail-check`.
        case aiosmtpd

        /// Those that can be had here.
        static var available: [Kind] { [.python, .aiosmtpd].filter { $0.program != nil } }

        var testDescription: String { rawValue }

        /// The Python that runs it.
        fileprivate var program: String? {
            let folders = getenv("PATH").map { String(cString: $0) } ?? ""
            return switch self {
            case .python: folders.split(separator: ":").map { "\($0)/python3" }.first { access($0, X_OK) == 0 }
            case .aiosmtpd: getenv("PORTICO_TEST_AIOSMTPD").map { String(cString: $0) }
            }
        }
    }

    /// A mail as it was taken, read by Python's own parser.
    struct Received: Decodable, Sendable {
        let from: String
        let to: [String]
        let hello: String
        let secure: Bool
        let user: String?
        let subject: String
        let messageID: String
        let text: String?
        let html: String?
        /// What the parser complained of.
        let defects: [String]

        private enum CodingKeys: String, CodingKey {
            case from, to, hello, secure, user, subject, text, html, defects
            case messageID = "message_id"
        }
    }

    let port: Int
    private let kind: Kind
    private let security: SMTPSettings.Security
    private let folder: TemporaryFolder

    /// Makes a certificate and picks a port; nothing runs yet.
    init(_ kind: Kind, _ security: SMTPSettings.Security) async throws {
        let candidates = (0..<100).map { _ in Int.random(in: 20_000..<32_000) }
        guard let free = candidates.first(where: { RedisServer.isFree($0) }) else {
            throw Overdue(description: "no port is free")
        }
        port = free
        self.kind = kind
        self.security = security
        folder = try TemporaryFolder()
        try await run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder.file("key"),
                "-out", folder.file("certificate"),
            ])
    }

    deinit { folder.remove() }

    /// Starts it, and waits until it listens. It asks for the name and password of ``settings(password:isTrusted:)``.
    func start(_ arguments: [String] = []) async throws -> ChildProcess {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../scripts/mail/server.py")
        let places = [
            "--port", "\(port)", "--folder", folder.path, "--certificate", folder.file("certificate"), "--key",
            folder.file("key"),
        ]
        let manners = ["--security", security.rawValue, "--user", "office", "--password", "a secret"]
        let library = kind == .aiosmtpd ? ["--aiosmtpd"] : []
        let child = try ChildProcess(
            kind.program ?? "python3", [script.path] + places + manners + library + arguments,
            environment: Program.environment())
        try await eventually("the mail server") {
            guard !child.isOver else { throw Overdue(description: "the mail server ended: \(child.errors)") }
            return child.output.contains("ready")
        }
        return child
    }

    /// How it is reached.
    func settings(password: String = "a secret", isTrusted: Bool = true) -> SMTPSettings {
        SMTPSettings(
            host: "localhost", port: port, security: security,
            account: SMTPSettings.Account(name: "office", password: Secret(password)), helloName: "app.example.org",
            authorities: isTrusted ? folder.file("certificate") : nil)
    }

    /// What it has taken, in order.
    func received() throws -> [Received] {
        var mails: [Received] = []
        while let data = FileManager.default.contents(atPath: folder.file("\(mails.count + 1).json")) {
            mails.append(try JSONDecoder().decode(Received.self, from: data))
        }
        return mails
    }
}
