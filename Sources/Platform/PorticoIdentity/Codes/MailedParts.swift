import PorticoSQL

/// The parts of identity that send mail.
struct MailedParts: Sendable {
    let codes: MailCodeStore
    let factor: MailedFactor
    let resets: PasswordResetStore
    let invitations: InvitationStore
    let lockNotice: LockNotice

    /// Nil where the application sends no mail.
    init?(
        _ configuration: Identity.Configuration, accounts: AccountStore, sessions: SessionStore, lockout: Lockout,
        phones: PhoneStore
    ) {
        guard let mail = configuration.mail else { return nil }
        let keys = configuration.keys
        let letters = AccountLetters(mail, application: configuration.application)
        codes = MailCodeStore(settings: configuration.mailCodes, letters: letters, keys: keys)
        let roles = configuration.secondFactors.filter { $0.value == .mail }.keys
        factor = MailedFactor(codes: codes, phones: phones, roles: Set(roles))
        resets = PasswordResetStore(accounts: accounts, lockout: lockout, letters: letters, keys: keys)
        lockNotice = LockNotice(settings: configuration.lockout, letters: letters, keys: keys)
        invitations = InvitationStore(
            accounts: accounts, erasure: AccountErasure(sessions: sessions, lockout: lockout), letters: letters,
            keys: keys)
    }
}
