import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Adding and removing an authenticator. Whoever only holds a session can do neither: both take the password.
extension OwnAccount {
    /// What shows that the owner of the account asks, and not only somebody at their desk.
    struct Proof: Sendable {
        /// The password.
        let password: String
        /// A code of the authenticator, or a recovery code.
        let code: String
    }

    /// How far the account is with its authenticator.
    func secondFactor(by context: RequestContext) async throws -> SecondFactorStatus {
        let caller = try context.caller
        let (state, codes) = try await database.read { try factors.state(of: caller.accountID, in: $0) }
        return SecondFactorStatus(
            state: state.rawValue, isRequired: caller.roles.contains { roles.requiresSecondFactor($0) },
            isMailed: caller.roles.contains { roles.mailsCodes(to: $0) }, recoveryCodesLeft: codes)
    }

    /// Begins to add an authenticator.
    /// - Throws: ``Problem`` 422 naming `password`; 409 `second_factor_active`; 429 `account_locked`.
    func enrol(password: String, by context: RequestContext) async throws -> Enrolment {
        let attempt = SignInAttempt(email: try context.caller.email, password: password, by: context)
        return try await signIn.admit(attempt, for: .confirmation(wantsCode: false), at: context.now) {
            [factors] account, transaction in
            try factors.enrol(account, at: context.now, in: transaction)
        }
    }

    /// The enrolment that waits for its code, for whoever was shown its secret; nil when another one has begun since.
    func pending(_ secret: String, by context: RequestContext) async throws -> Enrolment? {
        let accountID = try context.caller.accountID
        return try await database.read { reading in
            guard let account = try accounts.account(id: accountID, in: reading) else { return nil }
            return try factors.pending(secret, of: account, in: reading)
        }
    }

    /// Makes the enrolment count and ends all other sessions.
    /// - Returns: the recovery codes.
    /// - Throws: ``Problem`` 422 naming `code`.
    func confirm(code: String, by context: RequestContext) async throws -> [String] {
        let current = try await current(context)
        let codes = try await database.write { transaction -> [String]? in
            guard let account = try accounts.lock(current.principal.accountID, in: transaction),
                let codes = try factors.confirm(code, of: account, at: context.now, in: transaction)
            else { return nil }
            try accounts.endSessions(of: account.id, keeping: current, in: transaction)
            try transaction.audit(AuditEntry("account.second_factor_enabled", entity: "\(account.id)", by: context))
            return codes
        }
        guard let codes else { throw SignIn.Purpose.confirmation(wantsCode: true).wrongCode }
        return codes
    }

    /// Gives new recovery codes in place of the old; none where there is no authenticator.
    /// - Throws: ``Problem`` 422 naming `password` or `code`; 429 `account_locked`.
    func renewRecoveryCodes(_ proof: Proof, by context: RequestContext) async throws -> [String] {
        try await prove(proof, context) { [factors] account, transaction in
            try transaction.audit(AuditEntry("account.recovery_codes_renewed", entity: "\(account.id)", by: context))
            return account.hasSecondFactor ? try factors.renewRecoveryCodes(of: account.id, in: transaction) : []
        }
    }

    /// Takes the authenticator away and ends all other sessions.
    /// - Throws: as ``renewRecoveryCodes(_:by:)``.
    func removeSecondFactor(_ proof: Proof, by context: RequestContext) async throws {
        let current = try await current(context)
        try await prove(proof, context) { [accounts] account, transaction in
            try SecondFactorStore.remove(of: account.id, in: transaction)
            try accounts.endSessions(of: account.id, keeping: current, in: transaction)
            try transaction.audit(AuditEntry("account.second_factor_disabled", entity: "\(account.id)", by: context))
        }
    }

    /// Does `work` when password and code are right.
    func prove<Value: Sendable>(
        _ proof: Proof, _ context: RequestContext,
        _ work: @escaping @Sendable (Account, Transaction) throws -> Value
    ) async throws -> Value {
        var attempt = SignInAttempt(email: try context.caller.email, password: proof.password, by: context)
        attempt.code = proof.code
        return try await signIn.admit(attempt, for: .confirmation(wantsCode: true), at: context.now, work)
    }
}

extension SecondFactorStore {
    /// The enrolment of an account that waits for its code, if `secret` is the one it was shown with (Base32).
    ///
    /// Not for whoever only holds a session: what is pending is told to nobody who does not know it already.
    func pending(_ secret: String, of account: Account, in session: some SQLSession) throws -> Enrolment? {
        guard !account.hasSecondFactor else { return nil }
        let kept = try session.first(
            "second_factors.pending",
            "SELECT key_id, secret FROM second_factors WHERE account_id = \(account.id)"
        ) { (keyID: try String.read($0, 0), sealed: try [UInt8].read($0, 1)) }
        guard let kept,
            let bytes = seal.open(kept.sealed, keyID: kept.keyID, for: SecondFactorStore.owner(account.id)),
            constantTimeEqual(Array(Base32.encode(bytes).utf8), Array(secret.utf8))
        else { return nil }
        return enrolment(bytes, of: account)
    }
}
