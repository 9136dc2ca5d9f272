import PorticoSQL

/// The parts of identity that send mail.
struct MailedParts: Sendable {
    let codes: MailCodeStore
    let factor: MailedFactor
    let resets: PasswordResetStore
    /// Nil where nobody signs in by a link.
    let signInLinks: SignInLinkStore?
    let addresses: AddressChangeStore
    let invitations: InvitationStore
    let lockNotice: LockNotice
    let letters: AccountLetters

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
        signInLinks =
            configuration.hasSignInLinks ? SignInLinkStore(letters: letters, mailed: factor, keys: keys) : nil
        addresses = AddressChangeStore(accounts: accounts, letters: letters, keys: keys)
        self.letters = letters
        lockNotice = LockNotice(settings: configuration.lockout, letters: letters, keys: keys)
        invitations = InvitationStore(
            accounts: accounts, erasure: AccountErasure(sessions: sessions, lockout: lockout), letters: letters,
            keys: keys)
    }
}
