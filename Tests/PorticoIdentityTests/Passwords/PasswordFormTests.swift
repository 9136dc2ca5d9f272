import PorticoTesting
import Testing

@testable import PorticoIdentity

/// Passwords count as they were typed, from the first byte to the last, and are typed unseen.
@Suite struct PasswordFormTests {
    @Test("takes passwords of 64 characters and of 1,024 bytes, and none that is longer")
    func length() {
        let (long, longest) = (String(repeating: "correct horse ok", count: 4), String(repeating: "xyz ", count: 256))
        #expect(long.count == 64 && longest.utf8.count == 1024)
        #expect(PasswordPolicy.refusal(of: long, email: "asha@example.org") == nil)
        #expect(PasswordPolicy.refusal(of: longest, email: "asha@example.org") == nil)
        #expect(PasswordPolicy.refusal(of: longest + "x", email: "asha@example.org") == .tooLong)
    }

    @Test("compares every byte: no letter's case, no space and nothing at the end is left out")
    func exact() async throws {
        let hasher = try PasswordHasher()
        let password = " " + String(repeating: "a", count: 1022) + "B"
        let hash = try await hasher.hash(password)
        let isKnown = try await hasher.verify(password, against: hash)
        #expect(isKnown)
        for other in [String(password.dropFirst()), String(password.dropLast()), password.lowercased(), password + " "]
        {
            let isTaken = try await hasher.verify(other, against: hash)
            #expect(!isTaken)
        }
    }

    @Test("masks every field that a password is typed into", arguments: TestEngine.available)
    func masked(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let pages = [
                await TestClient(try office.site()).get("/bags/sign-in").text,
                await visitor.client.get(AccountVisitor.path).text,
            ]
            for page in pages {
                let fields = page.split(separator: "<").filter {
                    $0.hasPrefix("input") && $0.contains("password\"") && $0.contains("name=")
                }
                #expect(!fields.isEmpty)
                #expect(fields.allSatisfy { $0.contains("type=\"password\"") }, "\(fields)")
            }
        }
    }
}
