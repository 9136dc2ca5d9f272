import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// Somebody who looks after their account in a browser.
struct AccountVisitor: Sendable {
    static let email = "asha@example.org"
    static let newPassword = "Staple-battery-8"
    static let path = "/bags/account"
    static let factorPath = "/bags/account/second-factor"

    let client: TestClient
    let office: Office

    /// A browser that is signed in, with a second factor where the account has one.
    init(_ office: Office, email: String = AccountVisitor.email) async throws {
        self.office = office
        client = TestClient(try office.site())
        let form = await client.get("/bags/sign-in")
        let answer = await client.submit("/bags/sign-in", ["email": email, "password": Office.password], from: form)
        try #require(answer.status == 303)
    }

    /// Fills in a form of a page and sends it.
    func submit(
        _ path: String, _ fields: KeyValuePairs<String, String> = [:], on page: String = AccountVisitor.path
    ) async -> TestAnswer {
        await client.submit(path, fields, from: await client.get(page))
    }

    /// The same without the token of the page.
    func forge(_ path: String, _ body: String = "") async -> TestAnswer {
        await client.send(
            .post, path, ["content-type": "application/x-www-form-urlencoded"], body: Array(body.utf8))
    }

    var isSignedIn: Bool {
        get async { await client.get(AccountVisitor.path).status == 200 }
    }

    /// Adds an authenticator.
    /// - Returns: it, and the page with the recovery codes.
    func enrol(_ account: Account) async throws -> (phone: OwnersPhone, page: TestAnswer) {
        let begun = await submit(
            AccountVisitor.factorPath, ["password": Office.password], on: AccountVisitor.factorPath)
        try #require(begun.status == 200)
        let phone = try await OwnersPhone(of: account, office)
        let page = await client.submit(
            AccountVisitor.factorPath + "/confirm",
            ["code": phone.code, "secret": begun.hiddenField("secret") ?? ""], from: begun)
        try #require(page.status == 200)
        office.clock.advance(by: .seconds(30))
        return (phone, page)
    }

    /// The recovery codes a page shows.
    static func codes(_ page: TestAnswer) -> [String] {
        page.text.split(separator: "<li class=\"code\">").dropFirst().map { String($0.prefix { $0 != "<" }) }
    }
}

/// A phone whose authenticator has the secret that lies in the database.
struct OwnersPhone: Sendable {
    let secret: [UInt8]
    let clock: Clock

    init(of account: Account, _ office: Office) async throws {
        let row = try await office.database.read {
            try $0.first("test.secret", "SELECT key_id, secret FROM second_factors WHERE account_id = \(account.id)") {
                (try String.read($0, 0), try [UInt8].read($0, 1))
            }
        }
        let (keyID, sealed) = try #require(row)
        secret = try #require(
            office.identity.secondFactors.seal.open(sealed, keyID: keyID, for: SecondFactorStore.owner(account.id)))
        clock = office.clock
    }

    /// The code it shows now.
    var code: String { OneTimeCode.code(secret, step: OneTimeCode.step(at: clock.now())) }
    /// One that it does not show for a while.
    var wrongCode: String {
        let step = OneTimeCode.step(at: clock.now())
        let near = (-2...2).map { OneTimeCode.code(secret, step: step + $0) }
        return ["000000", "000001", "000002", "000003", "000004", "000005"].first { !near.contains($0) } ?? ""
    }
}

extension Office {
    /// The actions of the audit, in order.
    func audited() async throws -> [String] {
        try await database.read {
            try $0.all("test.audit", "SELECT action FROM audit_rows ORDER BY seq") { try String.read($0, 0) }
        }
    }
}
