import PorticoLimits
import PorticoSQL
import PorticoValues
import Synchronization

/// How to reach the server that takes mail.
public struct SMTPSettings: Sendable {
    /// How the connection is secured.
    public enum Security: String, Sendable, CaseIterable {
        /// Not at all: for a server on the same machine.
        case none
        /// By STARTTLS, without which nothing is sent (RFC 3207).
        case startTLS = "starttls"
        /// From the first byte (RFC 8314).
        case implicit = "tls"
    }

    /// Who signs in there.
    public struct Account: Sendable {
        /// Name.
        public let name: String
        /// Password.
        public let password: Secret<String>

        /// An account.
        public init(name: String, password: Secret<String>) {
            self.name = name
            self.password = password
        }
    }

    /// Name or address of the server.
    public var host: String
    /// Its port.
    public var port: Int
    /// How the connection is secured.
    public var security: Security
    /// Who signs in; nil for nobody.
    public var account: Account?
    /// What this machine calls itself: a full name, or its number in brackets (RFC 5321 §4.1.3).
    public var helloName: String
    /// The longest a connection may take.
    public var connectTimeout: Span
    /// The longest a delivery may take.
    public var timeout: Span
    /// File with the certificates, in PEM form, that are trusted instead of the system's.
    public var authorities: String?

    /// Settings; STARTTLS on port 587, ten seconds to connect and forty for a delivery.
    public init(
        host: String, port: Int = 587, security: Security = .startTLS, account: Account? = nil,
        helloName: String = "localhost", connectTimeout: Span = .seconds(10), timeout: Span = .seconds(40),
        authorities: String? = nil
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.account = account
        self.helloName = helloName
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.authorities = authorities
    }

    var url: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(security == .implicit ? "smtps" : "smtp")://\(name):\(port)/\(escapedHelloName)"
    }

    /// Numbers of hosts stand in brackets, which an address holds escaped only.
    private var escapedHelloName: String {
        helloName.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || [0x2D, 0x2E].contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + [byte].hexadecimal.uppercased()
        }.joined()
    }
}

/// Delivers by SMTP through libcurl. Connections are kept and used again; a server that does not answer is left alone
/// for a while.
public final class SMTPTransport: MailTransport {
    private let settings: SMTPSettings
    private let clock: Clock
    private let circuit: CircuitBreaker
    private let shelf = Mutex<[CurlSession]>([])

    /// A transport.
    public init(
        _ settings: SMTPSettings, clock: Clock,
        circuit: CircuitPolicy = CircuitPolicy(leastCalls: 5, window: .minutes(1), openFor: .seconds(30), probes: 1)
    ) {
        self.settings = settings
        self.clock = clock
        self.circuit = CircuitBreaker(circuit)
    }

    /// Whether the server is left alone at present.
    public var isOpen: Bool {
        if case .open = circuit.position { true } else { false }
    }

    /// Delivers one message.
    /// - Throws: ``MailTrouble``, ``CircuitOpen`` while the server is left alone, `CancellationError`.
    public func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery {
        try await circuit.call(now: { [clock] in clock.now() }, isSuccess: SMTPTransport.speaksForServer) {
            try await self.pass(envelope)
        }
    }

    /// A server that refuses a message works.
    private static func speaksForServer(_ error: any Error) -> Bool? {
        (error as? MailTrouble).map { $0.kind != .unavailable }
    }

    private func pass(_ envelope: MailEnvelope) async throws -> MailDelivery {
        guard let session = shelf.withLock({ $0.popLast() }) ?? CurlSession(settings) else {
            throw MailTrouble(.unavailable, reply: "no memory for a connection")
        }
        // A thread of its own, because libcurl blocks it and the pools of others must not run dry.
        // A session that failed is not used again: nobody knows where its conversation stands.
        let delivery = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { caller in
                do {
                    try startThread("a mail") { caller.resume(with: Result { try session.deliver(envelope) }) }
                } catch {
                    caller.resume(throwing: error)
                }
            }
        } onCancel: {
            session.giveUp()
        }
        shelf.withLock { if $0.count < 8 { $0.append(session) } }
        return delivery
    }
}
