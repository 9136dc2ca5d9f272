import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct MailCodeStoreTests {
    private static let other = MailCode.Purpose(rawValue: "gate_opening")

    private func send(
        _ post: PostOffice, _ account: Account, for purpose: MailCode.Purpose = .signIn
    ) async throws -> (code: String, wait: Span?) {
        guard let codes = post.identity.mailCodes else { throw Missing() }
        let now = post.clock.now()
        let wait = try await post.database.write { try codes.send(for: purpose, to: account, at: now, in: $0) }
        return (try await post.lastCode(), wait)
    }

    private func use(
        _ post: PostOffice, _ code: String, _ account: Account, for purpose: MailCode.Purpose = .signIn
    ) async throws -> Bool {
        guard let codes = post.identity.mailCodes else { throw Missing() }
        let now = post.clock.now()
        return try await post.database.write { try codes.use(code, for: purpose, of: account.id, at: now, in: $0) }
    }

    private func wrong(_ code: String, _ step: Int = 1) -> String {
        let text = String(((Int(code) ?? 0) + step) % 1_000_000)
        return String(repeating: "0", count: 6 - text.count) + text
    }

    @Test("makes six digits")
    func digits() {
        for _ in 0..<500 {
            let code = MailCode.make()
            #expect(code.utf8.count == 6 && code.utf8.allSatisfy { (0x30...0x39).contains($0) })
        }
    }

    @Test("sends a code that is good once, with spaces too", arguments: TestEngine.available)
    func once(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let (code, wait) = try await send(post, account)
            #expect(wait == nil)
            let mail = try #require(try await post.mails().first)
            #expect(mail.to == "asha@example.org" && mail.kind == "account.code")
            #expect(mail.text.contains("7 minutes") && !mail.subject.contains(code))
            #expect(try await use(post, "\(code.prefix(3)) \(code.suffix(3))", account))
            #expect(try await !use(post, code, account))
        }
    }

    @Test("keeps no code, only its keyed hash")
    func hashed() async throws {
        try await withPostOffice(on: .sqlite) { post in
            let account = try await post.office.hire()
            let (code, _) = try await send(post, account)
            let kept = try await post.database.read {
                try $0.scalar("test.code", "SELECT code_hash FROM mail_codes", as: [UInt8].self)
            }
            #expect(kept?.count == 32 && kept != Digest.sha256(Array(code.utf8)))
        }
    }

    @Test("ends a code after seven minutes, by the clock", arguments: TestEngine.available)
    func expiry(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let first = try await send(post, account).code
            post.clock.advance(by: .milliseconds(7 * 60_000 - 1))
            #expect(try await use(post, first, account))
            let second = try await send(post, account).code
            post.clock.advance(by: .minutes(7))
            #expect(try await !use(post, second, account))
            #expect(try await post.identity.purge(at: post.clock.now()) == 1)
            #expect(try await post.office.count("mail_codes") == 0)
        }
    }

    @Test("takes five tries", arguments: TestEngine.available)
    func tries(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let code = try await send(post, account).code
            for step in 1...4 { #expect(try await !use(post, wrong(code, step), account)) }
            #expect(try await use(post, code, account))
            let next = try await send(post, account).code
            for step in 1...5 { #expect(try await !use(post, wrong(next, step), account)) }
            #expect(try await !use(post, next, account))
        }
    }

    @Test("is good for one purpose and one account", arguments: TestEngine.available)
    func bound(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let asha = try await post.office.hire()
            let ravi = try await post.office.hire("ravi@example.org")
            let code = try await send(post, asha, for: Self.other).code
            #expect(try await !use(post, code, asha))
            #expect(try await !use(post, code, ravi, for: Self.other))
            #expect(try await use(post, code, asha, for: Self.other))
        }
    }

    @Test("replaces the code before, and forgets the tries of it", arguments: TestEngine.available)
    func replaced(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let first = try await send(post, account).code
            for step in 1...5 { _ = try await use(post, wrong(first, step), account) }
            let second = try await send(post, account).code
            if first != second { #expect(try await !use(post, first, account)) }
            #expect(try await use(post, second, account))
        }
    }

    @Test("sends three codes in a quarter of an hour, of thirty at once too", arguments: TestEngine.available)
    func limit(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let codes = try #require(post.identity.mailCodes)
            let now = post.clock.now()
            let sent = try await thirtyAtOnce { _ in
                try await post.database.write { try codes.send(for: .signIn, to: account, at: now, in: $0) } == nil
            }
            #expect(sent == 3)
            #expect(try await post.mails().count == 3)
            post.clock.advance(by: .minutes(5))
            let (last, wait) = try await send(post, account)
            #expect(wait == .minutes(10))
            #expect(try await use(post, last, account))
            #expect(try await send(post, account, for: Self.other).wait == nil)
            post.clock.advance(by: .minutes(10))
            #expect(try await send(post, account).wait == nil)
        }
    }

    @Test("lets one of thirty use the same code", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let code = try await send(post, account).code
            let winners = try await thirtyAtOnce { _ in try await use(post, code, account) }
            #expect(winners == 1)
        }
    }

    @Test("sends nothing when the transaction fails", arguments: TestEngine.available)
    func rollback(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let codes = try #require(post.identity.mailCodes)
            let now = post.clock.now()
            await #expect(throws: Missing.self) {
                try await post.database.write { transaction in
                    _ = try codes.send(for: .signIn, to: account, at: now, in: transaction)
                    throw Missing()
                }
            }
            #expect(try await post.mails().isEmpty)
            #expect(try await post.office.count("mail_codes") == 0)
        }
    }

    @Test(
        "says spans as people do",
        arguments: [
            (Span.minutes(7), "7 minutes"), (.hours(1), "1 hour"), (.days(7), "7 days"), (.days(1), "1 day"),
            (.minutes(90), "90 minutes"), (.seconds(20), "20 seconds"),
        ])
    func words(span: Span, words: String) {
        #expect(AccountLetters.words(span) == words)
    }
}
