import Logging
import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Checks an address with its password and lets its owner in.
///
/// Unknown address, wrong password and inactive account can't be told apart: same answer, same work. After too many
/// failures nobody gets in for a while, not with the right password either (``Lockout``), but for those who come with a
/// browser that the account has signed in with before.
public struct SignIn: Sendable {
    let lockout: Lockout
    let factors: SecondFactorStore
    private let mailed: MailedFactor?
    private let lockNotice: LockNotice?
    let database: Database
    private let hasher: PasswordHasher
    let sessions: SessionStore
    private let journal: SignInJournal

    /// Signing in to the application whose sessions these are.
    /// - Parameters:
    ///   - mailed: sends codes to people without an authenticator; nil where nobody gets one.
    ///   - lockNotice: tells people that their account was locked; nil where nobody is told.
    ///   - logger: told of every try; nil where nobody is.
    init(
        database: Database, hasher: PasswordHasher, sessions: SessionStore, lockout: Lockout,
        factors: SecondFactorStore, mailed: MailedFactor? = nil, lockNotice: LockNotice? = nil, logger: Logger? = nil
    ) {
        self.database = database
        self.hasher = hasher
        self.sessions = sessions
        self.lockout = lockout
        self.factors = factors
        self.mailed = mailed
        self.lockNotice = lockNotice
        journal = SignInJournal(logger: logger)
    }

    /// Begins a session for whoever knows the password.
    /// - Parameter head: the request; a session it already carries ends.
    /// - Throws: ``Problem`` 401 `invalid_credentials`, `second_factor_required` or `invalid_second_factor`; 429
    ///   `account_locked`; 503 when too many sign in at once.
    public func begin(_ attempt: SignInAttempt, head: RequestHead, at now: Instant) async throws -> NewSession {
        var shown = attempt
        shown.head = head
        return try await admit(shown, at: now) { [sessions] account, transaction in
            try sessions.begin(account, for: attempt, head: head, at: now, in: transaction)
        }
    }

    /// What a password is checked for.
    enum Purpose: Sendable, Hashable {
        /// To let somebody in.
        case signIn
        /// To make sure that somebody who is signed in is the owner of the account. Failures count; success forgives none,
        /// or whoever knows the password could try codes without end.
        /// - Parameter field: where the request has the password.
        case confirmation(wantsCode: Bool, field: String = "password")
    }

    /// Does `grant` for the account, in the transaction that lets its owner in.
    /// - Throws: as ``begin(_:head:at:)``, and what `grant` throws.
    func admit<Grant: Sendable>(
        _ attempt: SignInAttempt, for purpose: Purpose = .signIn, at now: Instant,
        _ grant: @escaping @Sendable (Account, Transaction) throws -> Grant
    ) async throws -> Grant {
        switch try await outcome(attempt, for: purpose, at: now, grant) {
        case .refused(let problem), .needsCode(let problem, _): throw problem
        case .granted(let granted): return granted
        }
    }

    /// What a transaction decided. A refusal is counted, so it must not end the transaction as an error.
    enum Outcome<Grant: Sendable>: Sendable {
        case granted(Grant)
        case refused(Problem)
        /// The password is right, and a code is asked for. The ticket is worth as much as the password for a while.
        case needsCode(Problem, SecondStepTicket)
    }

    /// The same with the refusals as values.
    func outcome<Grant: Sendable>(
        _ attempt: SignInAttempt, for purpose: Purpose, at now: Instant,
        _ grant: @escaping @Sendable (Account, Transaction) throws -> Grant
    ) async throws -> Outcome<Grant> {
        let known = try await credentials(of: attempt, at: now)
        let usable = known.flatMap { $0.isActive ? $0.passwordHash : nil }
        // Whoever is signed in is no stranger either.
        let isStranger = purpose == .signIn && known?.browser == nil
        let isRight = try await hasher.verify(attempt.password, against: usable, in: isStranger ? .strangers : .known)
        let outcome = try await conclude(
            Check(
                attempt: attempt, purpose: purpose, known: known, isRight: isRight, now: now,
                subjects: subjects(of: attempt, known)), grant)
        if case .granted = outcome, let known, let usable { await renewHash(of: known.id, usable, attempt.password) }
        return outcome
    }

    /// The same for whoever has shown the right password a while ago and now shows the code.
    func outcome<Grant: Sendable>(
        _ attempt: SignInAttempt, with ticket: SecondStepTicket, at now: Instant,
        _ grant: @escaping @Sendable (Account, Transaction) throws -> Grant
    ) async throws -> Outcome<Grant> {
        guard let known = try await credentials(of: attempt, at: now), known.isActive, known.id == ticket.accountID,
            known.version == ticket.credentialsVersion
        else {
            journal.note(.refused(code: SignIn.stepExpired.code), attempt, for: .signIn, account: ticket.accountID)
            return .refused(SignIn.stepExpired)
        }
        return try await conclude(
            Check(
                attempt: attempt, purpose: .signIn, known: known, isRight: true, now: now,
                subjects: subjects(of: attempt, known)), grant)
    }

    /// The same for whoever holds a link that was mailed to them, in place of the password.
    func outcome<Grant: Sendable>(
        _ attempt: SignInAttempt, with link: SessionToken, of holder: MailedLinks.Holder, at now: Instant,
        _ grant: @escaping @Sendable (Account, Transaction) throws -> Grant
    ) async throws -> Outcome<Grant> {
        guard let known = try await credentials(of: attempt, at: now), known.isActive, known.id == holder.accountID,
            known.version == holder.credentialsVersion
        else {
            journal.note(.refused(code: SignIn.linkRefusal.code), attempt, for: .signIn, account: holder.accountID)
            return .refused(SignIn.linkRefusal)
        }
        let subjects = lockout.subjects(
            email: attempt.email, address: attempt.address, browser: link, accountID: known.id)
        return try await conclude(
            Check(attempt: attempt, purpose: .signIn, known: known, isRight: true, now: now, subjects: subjects), grant)
    }

    /// What the attempt counts for: the identifier, the client's network, and the browser where the account knows it.
    private func subjects(of attempt: SignInAttempt, _ known: Credentials?) -> Lockout.Subjects {
        guard let known, let browser = known.browser else {
            return lockout.subjects(email: attempt.email, address: attempt.address)
        }
        return lockout.subjects(
            email: attempt.email, address: attempt.address, browser: browser, accountID: known.id)
    }

    private func conclude<Grant: Sendable>(
        _ check: Check, _ grant: @escaping @Sendable (Account, Transaction) throws -> Grant
    ) async throws -> Outcome<Grant> {
        let outcome = try await database.write { transaction -> Outcome<Grant> in
            switch try decide(check, in: transaction) {
            case .refused(let problem): .refused(problem)
            case .needsCode(let problem, let ticket): .needsCode(problem, ticket)
            case .granted(let account): .granted(try grant(account, transaction))
            }
        }
        journal.note(outcome.verdict, check.attempt, for: check.purpose, account: check.known?.id)
        return outcome
    }

    private struct Credentials: Sendable {
        let id: Int64
        let role: String
        let passwordHash: String?
        let isActive: Bool
        let version: Int64
        let hasSecondFactor: Bool
        /// The browser of the attempt, where the account has signed in with it before.
        let browser: SessionToken?
    }

    /// An attempt whose password was checked.
    private struct Check: Sendable {
        let attempt: SignInAttempt
        let purpose: Purpose
        let known: Credentials?
        let isRight: Bool
        let now: Instant
        let subjects: Lockout.Subjects
    }

    private func decide(_ check: Check, in transaction: Transaction) throws -> Outcome<Account> {
        var wait = try lockout.wait(check.subjects, at: check.now, in: transaction)
        if wait == nil, takesCode(check) {
            wait = try lockout.reserve(check.subjects, at: check.now, in: transaction)
        }
        if let wait { return .refused(Lockout.refusal(wait)) }
        guard check.isRight, let known = check.known, let account = try unchanged(known, in: transaction) else {
            return try fail(check, check.purpose.wrongPassword, in: transaction)
        }
        if check.purpose.wantsCode {
            switch try verdict(check, account, in: transaction) {
            case .passed: break
            case .missing:
                let problem = try demand(check, account, in: transaction)
                return .needsCode(problem, SecondStepTicket(account, check.attempt, problem, at: check.now))
            case .wrong: return try fail(check, check.purpose.wrongCode, in: transaction)
            }
        }
        if check.purpose == .signIn { try lockout.forgive(check.subjects, at: check.now, in: transaction) }
        return .granted(account)
    }

    /// Whether the attempt may still fail by its code.
    private func takesCode(_ check: Check) -> Bool {
        guard check.isRight, check.purpose.wantsCode, let known = check.known else { return false }
        return known.hasSecondFactor
            || sender(for: check, role: known.role, hasSecondFactor: known.hasSecondFactor) != nil
    }

    /// What sends codes to this account by mail; nil where an authenticator or nothing is asked for.
    private func sender(for check: Check, role: String, hasSecondFactor: Bool) -> MailedFactor? {
        guard check.purpose == .signIn, let mailed, mailed.covers(role: role, hasSecondFactor: hasSecondFactor) else {
            return nil
        }
        return mailed
    }

    private func verdict(
        _ check: Check, _ account: Account, in transaction: Transaction
    ) throws -> SecondFactorStore.Verdict {
        let sender = sender(for: check, role: account.role, hasSecondFactor: account.hasSecondFactor)
        return try sender?.check(check.attempt.code, of: account, at: check.now, in: transaction)
            ?? factors.check(check.attempt.code, of: account, at: check.now, in: transaction)
    }

    /// The answer to the right password without the code it takes, which is sent now if it comes by mail.
    private func demand(_ check: Check, _ account: Account, in transaction: Transaction) throws -> Problem {
        let sender = sender(for: check, role: account.role, hasSecondFactor: account.hasSecondFactor)
        return try sender?.demand(of: account, at: check.now, in: transaction) ?? check.purpose.missingCode
    }

    /// Counts a failure. When others reached the limit before it, its outcome is not told.
    private func fail(_ check: Check, _ problem: Problem, in transaction: Transaction) throws -> Outcome<Account> {
        let failure = Lockout.Failure(
            subjects: check.subjects, accountID: check.known?.id, role: check.known?.role,
            address: check.attempt.address, requestID: check.attempt.requestID)
        switch try lockout.note(failure, at: check.now, in: transaction) {
        case .counted: return .refused(problem)
        case .locked(let duration):
            try lockNotice?.send(about: failure, lasting: duration, at: check.now, in: transaction)
            return .refused(problem)
        case .late(let wait): return .refused(Lockout.refusal(wait))
        }
    }

    private func credentials(of attempt: SignInAttempt, at now: Instant) async throws -> Credentials? {
        // No text with a NUL byte can be an address; databases refuse to look for it.
        guard !attempt.email.utf8.contains(0) else { return nil }
        let browser = attempt.head.flatMap { sessions.settings.browser(in: $0) }
        return try await database.read { reading in
            try reading.first(
                "accounts.credentials",
                """
                SELECT id, role, password_hash, is_active, credentials_version, has_second_factor,
                    CASE WHEN \(KnownBrowsers.knows(browser, at: now)) THEN 1 ELSE 0 END
                FROM accounts WHERE email_key = \(EmailAddress.key(of: attempt.email))
                """
            ) { row in
                let isKnownBrowser: Bool = try row[6]
                return Credentials(
                    id: try row[0], role: try row[1], passwordHash: try row[2], isActive: try row[3],
                    version: try row[4], hasSecondFactor: try row[5], browser: isKnownBrowser ? browser : nil)
            }
        }
    }

    /// The account, locked, if its credentials are still those that were checked: a password changed in between wins.
    private func unchanged(_ known: Credentials, in transaction: Transaction) throws -> Account? {
        try transaction.first(
            "accounts.lock_unchanged",
            """
            SELECT \(Account.columns) FROM accounts
            WHERE id = \(known.id) AND is_active = 1 AND credentials_version = \(known.version)
            \(transaction.dialect.forUpdate)
            """
        ) { try Account($0) }
    }

    /// Replaces a hash that was made with other parameters. Only for whoever was let in: otherwise the time it takes
    /// would tell a locked-out guesser that the password was right. What fails is left to the next sign-in.
    private func renewHash(of id: Int64, _ old: String, _ password: String) async {
        guard PasswordHasher.needsRehash(old), let new = try? await hasher.hash(password) else { return }
        _ = try? await database.write { transaction in
            try transaction.execute(
                "accounts.rehash",
                "UPDATE accounts SET password_hash = \(new) WHERE id = \(id) AND password_hash = \(old)")
        }
    }
}
