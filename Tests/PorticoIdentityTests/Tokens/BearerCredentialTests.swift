import PorticoHTTP
import Testing

@testable import PorticoIdentity

@Suite struct BearerCredentialTests {
    private func head(_ values: String..., method: HTTPMethod = .get, target: String = "/bags/") -> RequestHead {
        var headers = Headers()
        for value in values { headers.add("Authorization", value) }
        return RequestHead(method: method, target: target, headers: headers, peer: "192.0.2.7")
    }

    @Test("finds the token behind the scheme in any case", arguments: ["Bearer abc", "bearer abc", "BEARER  abc"])
    func found(_ value: String) throws {
        #expect(try BearerCredential.token(in: head(value)) == "abc")
    }

    @Test("leaves other schemes to others")
    func others() throws {
        #expect(try BearerCredential.token(in: head()) == nil)
        #expect(try BearerCredential.token(in: head("Basic YTpi")) == nil)
        #expect(try BearerCredential.token(in: head("")) == nil)
    }

    @Test("refuses a field without a token, one that is too long, and several fields")
    func refused() {
        #expect(throws: Problem.self) { try BearerCredential.token(in: head("Bearer")) }
        #expect(throws: Problem.self) { try BearerCredential.token(in: head("Bearer  ")) }
        #expect(throws: Problem.self) { try BearerCredential.token(in: head("Bearer a", "Bearer b")) }
        let long = "Bearer " + String(repeating: "a", count: 4097)
        #expect(throws: Problem.self) { try BearerCredential.token(in: head(long)) }
    }

    @Test("does not ask for old credentials where new ones are given out")
    func asking() {
        let paths = ["/bags/api/v1/session", "/bags/api/v1/tokens", "/bags/api/v1/tokens/refresh?x=1"]
        for path in paths {
            #expect(BearerCredential.asksForCredentials(head(method: .post, target: path)))
            #expect(!BearerCredential.asksForCredentials(head(method: .delete, target: path)))
        }
        #expect(!BearerCredential.asksForCredentials(head(method: .post, target: "/bags/api/v1/scans")))
        #expect(BearerCredential.asksForCredentials(.post, "/api/v1/tokens"))
        #expect(!BearerCredential.asksForCredentials(.get, "/api/v1/session"))
    }
}
