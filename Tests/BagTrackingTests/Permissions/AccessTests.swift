import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The declarations against the table that was written by hand.
@Suite struct AccessTests {
    @Test("every route asks for the permission that the table by hand says, and there is no other route")
    func routes() async throws {
        let unreadable = ExpectedAccess.lines.filter { $0.line == nil }.map(\.text)
        #expect(unreadable.isEmpty)
        let lines = ExpectedAccess.lines.compactMap(\.line)
        let expected = Dictionary(lines.map { ($0.route, $0) }) { first, _ in first }
        #expect(expected.count == lines.count, "a route stands in the table twice")
        try await withApp { app in
            var unseen = Set(expected.keys)
            for route in app.mount.routes {
                let name = "\(route.method) \(route.path)"
                guard let line = expected[name] else {
                    Issue.record("\(name) is not in the table: who may call it?")
                    continue
                }
                unseen.remove(name)
                #expect(AccessTests.names(route.access) == AccessTests.names(line.access), "\(name)")
                #expect(line.limit == "*" || line.limit == route.limit.name, "\(name)")
            }
            #expect(unseen.isEmpty, "declared nowhere")
        }
    }

    @Test("whatever shows a secret is declared so, and no other route")
    func secrets() async throws {
        let expected: Set = [
            "enrolSecondFactor", "confirmSecondFactor", "renewRecoveryCodes", "submitEnrolment", "submitEnrolmentCode",
            "submitRecoveryCodes", "issueTokens", "refreshTokens", "createAPIKey", "submitAPIKey", "createWebhook",
            "rotateWebhookSecret", "submitWebhook", "submitWebhookSecret",
        ]
        try await withApp { app in
            #expect(Set(app.mount.routes.filter(\.showsSecrets).map(\.name)) == expected)
            for route in app.mount.routes where !route.showsSecrets {
                let shapes = route.answers.compactMap(\.schema).map { "\($0)" }.joined()
                for member in ["secret", "recovery_codes", "access_token", "refresh_token"] {
                    #expect(!shapes.contains("\"\(member)\""), "\(route.name)")
                }
            }
        }
    }

    @Test("every role has the permissions that the table by hand says, in its session as in its declaration")
    func roles() async throws {
        try await withApp { app in
            for role in BagRole.allCases {
                let expected = try #require(ExpectedAccess.roles[role])
                #expect(role.permissions == expected, "\(role)")
                #expect(app.mount.roles.first { $0.name == role.rawValue }?.permissions == expected, "\(role)")
                let user = try await app.client(role.rawValue).get("/bags/api/v1/session").json["user"]
                let told = user?["permissions"]?.elements?.compactMap(\.string) ?? []
                #expect(Set(told) == expected, "\(role)")
            }
        }
    }

    @Test("the table tells a route that is declared for reading from one for correcting")
    func differs() throws {
        let line = try #require(ExpectedAccess.Line("POST /api/v1/bags/{code}/move bag.correct write"))
        #expect(line.access == .permission("bag.correct"))
        #expect(AccessTests.names(line.access) != AccessTests.names(.permission("bag.read")))
        #expect(ExpectedAccess.Line("POST /api/v1/bags/{code}/move bag.correct") == nil)
    }

    /// The order of several permissions says nothing.
    private static func names(_ access: Access) -> Access {
        guard case .anyPermission(let names) = access else { return access }
        return .anyPermission(names.sorted())
    }
}
