import Glibc

/// A server that speaks TLS with a certificate that only it vouches for, run by `openssl`. It ends with its last holder.
public final class TLSServer: Sendable {
    /// Whether there is an `openssl` to run it.
    public static let isPossible = access("/usr/bin/openssl", X_OK) == 0

    /// What a server speaks.
    public struct Dialect: Sendable, CustomStringConvertible {
        /// What it is called.
        public let description: String
        fileprivate let options: [String]

        /// What `openssl` speaks by itself.
        public static let current = Dialect(description: "current", options: [])
        /// What nobody should take any longer, each alone: TLS 1.0, TLS 1.1, and ciphers of TLS 1.2 that do not
        /// authenticate what they encrypt.
        public static let outdated = [
            Dialect(description: "TLS 1.0", options: ["-tls1", "-cipher", TLSServer.anyCipher]),
            Dialect(description: "TLS 1.1", options: ["-tls1_1", "-cipher", TLSServer.anyCipher]),
            Dialect(
                description: "chained blocks",
                options: ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA"]),
        ]
    }

    /// No such server could be made.
    public struct Refusal: Error {}

    /// Path of the certificate, which vouches for itself.
    public let certificate: String
    /// The port it listens on, of 127.0.0.1; a moment after it was made.
    public let port: Int
    /// Ciphers without regard to what they are worth, which is what versions before TLS 1.2 need.
    private static let anyCipher = "ALL:@SECLEVEL=0"
    private let folder: TemporaryFolder
    private let process: pid_t

    /// A server with a certificate for a name of a host, which answers requests of HTTP.
    /// - Parameter dialect: what it speaks; what `openssl` speaks by itself unless said.
    /// - Throws: ``Refusal``, ``TemporaryFolderError``.
    public init(_ name: String, speaking dialect: Dialect = .current) throws {
        folder = try TemporaryFolder()
        certificate = folder.file("certificate")
        let key = folder.file("key")
        let request = try TLSServer.openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key, "-out", certificate,
        ])
        var status: Int32 = 0
        guard waitpid(request, &status, 0) == request, status == 0 else { throw Refusal() }
        port = try TLSServer.freePort()
        let service = ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key, "-www", "-quiet"]
        process = try TLSServer.openssl(service + dialect.options)
    }

    /// Whether somebody who takes any version and any cipher comes to terms with the server, which listens by now.
    /// - Throws: ``Refusal``.
    public func suitsAnybody() throws -> Bool {
        let client = try TLSServer.openssl([
            "s_client", "-connect", "127.0.0.1:\(port)", "-min_protocol", "TLSv1", "-cipher", TLSServer.anyCipher,
        ])
        var status: Int32 = 0
        return waitpid(client, &status, 0) == client && status == 0
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        folder.remove()
    }

    /// A port that was free a moment ago.
    private static func freePort() throws -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Refusal() }
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && getsockname(listener, generic, &length) == 0
            }
        }
        guard isBound else { throw Refusal() }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func openssl(_ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words: [UnsafeMutablePointer<CChar>?] = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        guard posix_spawn(&process, "/usr/bin/openssl", &actions, nil, words, environ) == 0 else { throw Refusal() }
        return process
    }
}
