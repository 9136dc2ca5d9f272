import PorticoTesting
import Testing

@testable import PorticoOutbound

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
        let server = try TLSServer("localhost")
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

    @Test("refuses who speaks no newer TLS than 1.1, or only worn ciphers", arguments: TLSServer.Dialect.outdated)
    func refusesOutdated(_ dialect: TLSServer.Dialect) async throws {
        let server = try TLSServer("localhost", speaking: dialect)
        let calls = try Calls { $0.authorities = server.certificate }
        guard case .failure(let error) = try await call(calls, "https://localhost:\(server.port)/") else {
            Issue.record("\(dialect) was taken")
            return
        }
        #expect(error.code == .insecure)
        #expect(try server.suitsAnybody(), "nobody could have called it")
        await calls.client.shutdown()
    }
}
