import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Links with which people sign in without their password: by mail, good once and for a quarter of an hour.
///
/// A link stands for the password alone: whoever has an authenticator shows a code as well. Where the second factor is a
/// code by mail there are no links, because whoever reads the mail would have both.
public struct SignInLinkStore: Sendable {
    private let letters: AccountLetters
    private let addressed: AddressedLinks
    private let mailed: MailedFactor

    /// How long a link is good.
    public var life: Span { addressed.links.life }

    init(
        letters: AccountLetters, mailed: MailedFactor, keys: SecretKeys, life: Span = .minutes(15),
        limit: MailLimit = MailLimit()
    ) {
        self.letters = letters
        self.mailed = mailed
        addressed = AddressedLinks(
            MailedLinks(purpose: .signIn, life: life), letters: letters, keys: keys, kind: "sign-in", limit: limit)
    }

    /// Sends a link to the owner of an address, if there is one who may sign in; the link before is worth nothing then.
    /// Says nothing of whether it did. Whose second factor comes by mail is written why there is no link.
    func request(_ email: String, by cause: AuditEntry.Cause, in transaction: Transaction) throws {
        try addressed.request(email, as: "sign_in_link_requested", by: cause, in: transaction) {
            [letters, mailed, life] token, account in
            let address = account?.email ?? AccountLetters.nobody
            guard let account, mailed.covers(role: account.role, hasSecondFactor: account.hasSecondFactor) else {
                return letters.signInLink(token, to: address, lasting: life)
            }
            return letters.noSignInLink(to: address)
        }
    }

    /// Whom a link lets in; nil when it is used up, too old, none of ours, or not enough for its account.
    func holder(
        of token: SessionToken, at now: Instant, in session: some SQLSession
    ) throws -> MailedLinks.Holder? {
        guard let holder = try addressed.links.holder(of: token, at: now, in: session),
            !mailed.covers(role: holder.role, hasSecondFactor: holder.hasSecondFactor)
        else { return nil }
        return holder
    }

    /// Uses a link up.
    /// - Returns: whether it still held.
    func use(_ token: SessionToken, at now: Instant, in transaction: Transaction) throws -> Bool {
        try addressed.links.use(token, at: now, in: transaction) != nil
    }
}
