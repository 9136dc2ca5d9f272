import Glibc
import Testing

@testable import PorticoOutbound

/// A server with a certificate that only it vouches for.
private final class TLSServer {
    static let isPossible = access("/usr/bin/openssl", X_OK) == 0

    struct Refusal: Error {}

    let certificate: String
    let port: Int
    private let key: String
    private let process: pid_t

    init(name: String) throws {
        let base = "\(P_tmpdir)/portico-tls-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        certificate = "\(base).certificate"
        key = "\(base).key"
        let request = try TLSServer.openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key, "-out", certificate,
        ])
        var status: Int32 = 0
        guard waitpid(request, &status, 0) == request, status == 0 else { throw Refusal() }
        // A port that was free a moment ago.
        let free = try LocalServer()
        port = free.port
        free.stop()
        process = try TLSServer.openssl([
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key, "-www", "-quiet",
        ])
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        unlink(certificate)
        unlink(key)
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

@Suite(.disabled(if: !TLSServer.isPossible, "no openssl"), .timeLimit(.minutes(2))) struct OutboundTLSTests {
    /// Calls until the server listens.
    private func call(_ calls: Calls, _ url: String) async throws -> Result<OutboundResponse, OutboundError> {
        let destination = calls.local { $0.circuit = nil }
        while true {
            do {
                return .success(try await calls.client.send(OutboundRequest("GET", OutboundURL(url)), to: destination))
            } catch let error as OutboundError {
                guard error.code == .unreachable else { return .failure(error) }
                await Task.yield()
            }
        }
    }

    @Test("calls only whom it can verify, by the name that was called")
    func verifies() async throws {
        let server = try TLSServer(name: "localhost")
        let url = "https://localhost:\(server.port)/"
        let stranger = try Calls()
        guard case .failure(let error) = try await call(stranger, url) else {
            Issue.record("a certificate that nobody vouches for was taken")
            return
        }
        #expect(error.code == .insecure)
        let trusting = try Calls { $0.authorities = server.certificate }
        #expect(try await call(trusting, url).get().status == 200)
        guard case .failure(let other) = try await call(trusting, "https://127.0.0.1:\(server.port)/") else {
            Issue.record("another name was taken")
            return
        }
        #expect(other.code == .insecure)
        await stranger.client.shutdown()
        await trusting.client.shutdown()
    }
}
