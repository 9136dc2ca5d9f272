import PorticoHTTP
import PorticoSQL
import Testing

@testable import Portico

@Suite struct OperatorsAuthenticatorTests {
    /// An application that knows one token.
    private struct One: Authenticator {
        let token: String
        let permissions: Set<String>

        func principal(for head: RequestHead) async throws -> Principal? {
            guard head.headers["authorization"] == "Bearer \(token)" else {
                throw Problem(401, "invalid_token", "Not ours.")
            }
            return Principal(accountID: 1, email: "a@example.org", name: "A", roles: [], permissions: permissions)
        }
    }

    /// An application whose database is away.
    private struct Away: Authenticator {
        func principal(for head: RequestHead) async throws -> Principal? {
            throw SQLError(.unavailable, message: "away")
        }
    }

    private func principal(_ token: String?, _ applications: [any Authenticator]) async -> Principal? {
        let headers: Headers = token.map { ["authorization": "Bearer \($0)"] } ?? [:]
        let head = RequestHead(method: .get, target: "/health", headers: headers, peer: "192.0.2.1")
        return await OperatorsAuthenticator(applications: applications).principal(for: head)
    }

    @Test("knows the operators of every application, and nobody else")
    func operators() async {
        let applications: [any Authenticator] = [
            Away(), One(token: "a", permissions: ["bag.read"]), One(token: "b", permissions: ["operations.read"]),
        ]
        #expect(await principal("b", applications) != nil)
        #expect(await principal("a", applications) == nil)
        #expect(await principal("c", applications) == nil)
        #expect(await principal(nil, applications) == nil)
    }
}
