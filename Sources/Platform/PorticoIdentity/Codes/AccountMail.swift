import PorticoSQL
import PorticoValues

/// What an application needs to send mails about accounts.
public struct AccountMail: Sendable {
    /// Where mails go.
    public var queue: any PersonalMailQueue
    /// Address people reach the application's node at, without a slash at the end. Links are made of it alone, never of
    /// what a request says about its host.
    public var publicURL: String
    /// Name of the application, as people read it.
    public var title: String

    /// Mails of an application.
    public init(queue: any PersonalMailQueue, publicURL: String, title: String) {
        self.queue = queue
        self.publicURL = publicURL
        self.title = title
    }
}

/// Writes the mails about accounts and hands them to the queue.
struct AccountLetters: Sendable {
    /// Stands for the address of nobody (RFC 2606 §2).
    static let nobody = "nobody@example.invalid"

    private let mail: AccountMail
    /// Address of the application's first page, without a slash at the end.
    private let home: String

    init(_ mail: AccountMail, application: String) {
        self.mail = mail
        home = "\(mail.publicURL)/\(application)"
    }

    /// Hands a mail to the queue.
    func send(_ letter: PersonalMail, in transaction: Transaction) throws {
        try mail.queue.enqueue(letter, in: transaction)
    }

    /// The same; a mail that nobody would get is taken back after the same work, so that the time tells nothing of whether
    /// there is such an account.
    func send(_ letter: PersonalMail, toSomebody: Bool, in transaction: Transaction) throws {
        try transaction.execute("account_mails.begin", "SAVEPOINT account_mail")
        try send(letter, in: transaction)
        try transaction.execute(
            "account_mails.end",
            toSomebody ? "RELEASE SAVEPOINT account_mail" : "ROLLBACK TO SAVEPOINT account_mail")
    }

    func code(_ code: String, to address: String, lasting life: Span) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Your code for \(mail.title)",
            text: """
                Your code for \(mail.title) is

                    \(code)

                It is good once, for \(AccountLetters.words(life)). Nobody of ours will ever ask you for it.
                If you did not ask for a code, somebody knows your password: change it.

                """,
            kind: "account.code")
    }

    func resetLink(_ token: SessionToken, to address: String, lasting life: Span) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Choose a new password for \(mail.title)",
            text: """
                Somebody, most likely you, asked for a new password for \(mail.title).
                Choose it here:

                \(home)/reset?token=\(token.text)

                The link is good once, for \(AccountLetters.words(life)). If you did not ask for it, do nothing:
                your password stays as it is.

                """,
            kind: "account.password_reset")
    }

    func signInLink(_ token: SessionToken, to address: String, lasting life: Span) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Sign in to \(mail.title)",
            text: """
                Somebody, most likely you, wants to sign in to \(mail.title) without a password.
                Open this where you want to be signed in:

                \(home)/sign-in/link?token=\(token.text)

                The link is good once, for \(AccountLetters.words(life)). If you did not ask for it, do nothing, and
                give it to nobody.

                """,
            kind: "account.sign_in_link")
    }

    func noSignInLink(to address: String) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Sign in to \(mail.title) with your password",
            text: """
                Somebody, most likely you, asked for a link to sign in to \(mail.title). You get none: signing in takes
                a code that we mail to you, so that a link in a mail would be the same thing twice. Sign in with your
                password:

                \(home)/sign-in

                You have forgotten it? Choose a new one:

                \(home)/reset

                If you did not ask for a link, do nothing.

                """,
            kind: "account.sign_in_link_refused")
    }

    func addressLink(_ token: SessionToken, to address: String, lasting life: Span) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Your new address at \(mail.title)",
            text: """
                Somebody, most likely you, wants to sign in to \(mail.title) with this address from now on.
                If so, confirm it here:

                \(home)/account/address/confirm?token=\(token.text)

                The link is good once, for \(AccountLetters.words(life)). If you know nothing of it, do nothing.

                """,
            kind: "account.address_link")
    }

    func addressTaken(to address: String) -> PersonalMail {
        PersonalMail(
            to: address, subject: "You have an account at \(mail.title) already",
            text: """
                Somebody wanted to use this address for another account at \(mail.title). That can't be, because there
                is one under it already: yours. Nothing has changed.

                If it was you, sign in with this address, or ask your administrator which of the two accounts is to stay:

                \(home)/sign-in

                """,
            kind: "account.address_taken")
    }

    func addressAsked(_ new: String, to address: String) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Your address at \(mail.title) is to change",
            text: """
                Somebody who knows your password wants \(new) to be the address of your account at \(mail.title).
                It changes when the link is followed that we have sent there.

                If it was not you, choose a new password now, which makes the link worthless:

                \(home)/reset

                """,
            kind: "account.address_asked")
    }

    func addressChanged(_ new: String, to address: String) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Your address at \(mail.title) was changed",
            text: """
                Your account at \(mail.title) has the address \(new) from now on. You sign in with it, and mails go
                there. Everything you were signed in with has been signed out.

                If it was not you, tell your administrator at once.

                """,
            kind: "account.address_changed")
    }

    func closed(to address: String) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Your account at \(mail.title) is closed",
            text: """
                Your account at \(mail.title) was closed with your password. Nobody can sign in to it any more, and your
                API keys are refused.

                If it was not you, or if you want it back, ask your administrator.

                """,
            kind: "account.closed")
    }

    func passwordChanged(to address: String) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Your password for \(mail.title) was changed",
            text: """
                Your password for \(mail.title) was changed through a link we had sent to this address.
                Everything you were signed in with has been signed out; API keys go on.

                If it was not you, ask for a new password at once and tell your administrator:

                \(home)/reset

                """,
            kind: "account.password_changed")
    }

    func locked(to address: String, after failures: Int, lasting duration: Span) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Your account at \(mail.title) is locked for \(AccountLetters.words(duration))",
            text: """
                Somebody has typed a wrong password or code for your account at \(mail.title) \(failures) times.
                For \(AccountLetters.words(duration)) nobody signs in to it in a new browser. Browsers that you have
                signed in with go on as always.

                If it was you, wait, or choose a new password, which ends the wait:

                \(home)/reset

                If it was not you, do nothing: nobody got in. You are told this once a day at most.

                """,
            kind: "account.locked")
    }

    func phoneAdded(_ number: PhoneNumber, to address: String) -> PersonalMail {
        PersonalMail(
            to: address, subject: "A phone was added to your account at \(mail.title)",
            text: """
                The phone ending in \(number.ending) was added to your account at \(mail.title), by somebody who knows your
                password. Codes for signing in may go there from now on. Everything else you were signed in with has
                been signed out; API keys go on.

                If it was not you, choose a new password at once and tell your administrator:

                \(home)/reset

                """,
            kind: "account.phone_added")
    }

    func phoneRemoved(to address: String) -> PersonalMail {
        PersonalMail(
            to: address, subject: "The phone was removed from your account at \(mail.title)",
            text: """
                The phone was removed from your account at \(mail.title), by somebody who knows your password. No codes
                go there any more. Everything else you were signed in with has been signed out; API keys go on.

                If it was not you, choose a new password at once and tell your administrator:

                \(home)/reset

                """,
            kind: "account.phone_removed")
    }

    func invitation(_ token: SessionToken, to address: String, name: String, lasting life: Span) -> PersonalMail {
        PersonalMail(
            to: address, subject: "Your access to \(mail.title)",
            text: """
                Hello \(AccountLetters.line(name)),

                you are invited to work with \(mail.title). Choose your password here:

                \(home)/invitation?token=\(token.text)

                The link is good once, for \(AccountLetters.words(life)). If you did not expect it, do nothing.

                """,
            kind: "account.invitation")
    }

    /// A span as people say it: `7 minutes`, `1 hour`.
    static func words(_ span: Span) -> String {
        let units: [(name: String, seconds: Int64)] = [("day", 86_400), ("hour", 3600), ("minute", 60)]
        let unit = units.first { span.seconds >= $0.seconds && span.seconds % $0.seconds == 0 } ?? ("second", 1)
        let count = span.seconds / unit.seconds
        return count == 1 ? "1 \(unit.name)" : "\(count) \(unit.name)s"
    }

    /// A name in one line, whatever was typed as one.
    private static func line(_ name: String) -> String {
        String(name.map { $0.isNewline ? " " : $0 }.prefix(200))
    }
}
