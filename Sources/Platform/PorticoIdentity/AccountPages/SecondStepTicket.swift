import PorticoHTTP
import PorticoJSON
import PorticoValues

/// What a right password is worth for an account that takes a code as well: a few minutes to show one.
///
/// It travels sealed in a cookie of its own, so that the password is in no page and is not sent twice. It lets nobody in,
/// and is worth nothing once the account's credentials change.
struct SecondStepTicket: Sendable, Hashable {
    /// How long the code may take.
    static let lifetime = Span.minutes(10)

    /// The address that was typed.
    let email: String
    /// Whose password it was.
    let accountID: Int64
    /// The state of the account's credentials when it was checked.
    let credentialsVersion: Int64
    /// When it is worth nothing any more.
    let expiresAt: Instant
    /// How the code comes.
    let way: CodeWay
    /// Whether the session that the code begins is to be kept on the device, as was ticked beside the password.
    let staysSignedIn: Bool

    /// A ticket for an account whose password was right.
    /// - Parameter demand: the refusal that asks for the code, and says how it comes.
    init(_ account: Account, _ attempt: SignInAttempt, _ demand: Problem, at now: Instant) {
        email = attempt.email
        accountID = account.id
        credentialsVersion = account.credentialsVersion
        expiresAt = now + SecondStepTicket.lifetime
        way = CodeWay(demand)
        staysSignedIn = attempt.staysSignedIn
    }

    /// The ticket behind sealed text, or nil when it was changed, is for something else or is too old.
    init?(_ text: String, _ seal: SecretSeal, at now: Instant) {
        guard let sealed = [UInt8](base64URL: text),
            let plain = seal.open(sealed, keyID: seal.keyID, for: SecondStepTicket.purpose)
        else { return nil }
        let parts = String(decoding: plain, as: UTF8.self).split(
            separator: "\n", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, let id = Int64(parts[0]), let version = Int64(parts[1]), let end = Int64(parts[2]),
            now.milliseconds < end
        else { return nil }
        accountID = id
        credentialsVersion = version
        expiresAt = Instant(milliseconds: end)
        staysSignedIn = parts[3].split(separator: " ").first.map { String($0) } == SecondStepTicket.stay
        way = CodeWay(line: staysSignedIn ? parts[3].dropFirst(SecondStepTicket.stay.count + 1) : parts[3])
        email = String(parts[4])
    }

    private static let purpose = "second step of signing in"
    /// Stands before the way of the code where the session is to be kept.
    private static let stay = "stay"

    /// The ticket as the browser holds it.
    func sealed(_ seal: SecretSeal) -> String {
        let marks = [staysSignedIn ? SecondStepTicket.stay : "", way.line].filter { !$0.isEmpty }
        let plain =
            "\(accountID)\n\(credentialsVersion)\n\(expiresAt.milliseconds)\n\(marks.joined(separator: " "))\n\(email)"
        return seal.seal(Array(plain.utf8), for: SecondStepTicket.purpose).base64URL
    }
}

extension SessionSettings {
    /// Name of the cookie that holds a ``SecondStepTicket``.
    private var ticketCookieName: String { "\(cookieName)_step" }

    /// The `Set-Cookie` value that gives a ticket to the browser.
    func cookie(for ticket: SecondStepTicket, _ seal: SecretSeal) -> String {
        "\(ticketCookieName)=\(ticket.sealed(seal)); Max-Age=\(SecondStepTicket.lifetime.seconds)\(attributes)"
    }

    /// The `Set-Cookie` value that takes it away.
    var emptyTicketCookie: String { "\(ticketCookieName)=; Max-Age=0\(attributes)" }

    /// The ticket a request carries, if it is worth anything.
    func ticket(in head: RequestHead, _ seal: SecretSeal, at now: Instant) -> SecondStepTicket? {
        head.cookies(ticketCookieName).lazy.compactMap { SecondStepTicket($0, seal, at: now) }.first
    }
}
