import PorticoPages
import PorticoSQL
import PorticoValues

/// Writes the mails about accounts and hands them to the queue. Here are those that somebody asked for and does
/// something with; what people are told of is in `AccountLetters+Notices.swift`.
struct AccountLetters: Sendable {
    /// Stands for the address of nobody (RFC 2606 §2).
    static let nobody = "nobody@example.invalid"

    let mail: AccountMail
    /// Address of the application's first page, without a slash at the end.
    let home: String

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

    /// A letter from the application, in both forms.
    func letter(
        _ kind: String, to address: String, _ title: LetterText, _ blocks: [MailLetter.Block],
        closing: LetterText? = nil
    ) -> PersonalMail {
        let office = MailLetter.Office(name: mail.title, address: home)
        return PersonalMail(to: address, MailLetter(title, from: office, blocks, closing: closing), kind: kind)
    }

    func code(_ code: String, to address: String, lasting life: Span) -> PersonalMail {
        letter(
            "account.code", to: address, "Your code for \(mail.title)",
            [.paragraph("Your code for \(mail.title) is"), .code(code)],
            closing: """
                It is good once, for \(AccountLetters.words(life)). Nobody of ours will ever ask you for it.
                If you did not ask for a code, somebody knows your password: change it.
                """)
    }

    func resetLink(_ token: SessionToken, to address: String, lasting life: Span) -> PersonalMail {
        letter(
            "account.password_reset", to: address, "Choose a new password for \(mail.title)",
            [
                .paragraph(
                    """
                    Somebody, most likely you, asked for a new password for \(mail.title).
                    Choose it here:
                    """),
                .button("Choose a new password", address: "\(home)/reset?token=\(token.text)"),
            ],
            closing: """
                The link is good once, for \(AccountLetters.words(life)). If you did not ask for it, do nothing:
                your password stays as it is.
                """)
    }

    func signInLink(_ token: SessionToken, to address: String, lasting life: Span) -> PersonalMail {
        letter(
            "account.sign_in_link", to: address, "Sign in to \(mail.title)",
            [
                .paragraph(
                    """
                    Somebody, most likely you, wants to sign in to \(mail.title) without a password.
                    Open this where you want to be signed in:
                    """),
                .button("Sign in", address: "\(home)/sign-in/link?token=\(token.text)"),
            ],
            closing: """
                The link is good once, for \(AccountLetters.words(life)). If you did not ask for it, do nothing, and
                give it to nobody.
                """)
    }

    func noSignInLink(to address: String) -> PersonalMail {
        letter(
            "account.sign_in_link_refused", to: address, "Sign in to \(mail.title) with your password",
            [
                .paragraph(
                    """
                    Somebody, most likely you, asked for a link to sign in to \(mail.title). You get none: signing in
                    takes a code that we mail to you, so that a link in a mail would be the same thing twice. Sign in
                    with your password:
                    """),
                .button("Sign in", address: "\(home)/sign-in"),
                .paragraph("You have forgotten it? Choose a new one:"),
                .link(address: "\(home)/reset"),
            ],
            closing: "If you did not ask for a link, do nothing.")
    }

    func addressLink(_ token: SessionToken, to address: String, lasting life: Span) -> PersonalMail {
        letter(
            "account.address_link", to: address, "Your new address at \(mail.title)",
            [
                .paragraph(
                    """
                    Somebody, most likely you, wants to sign in to \(mail.title) with this address from now on.
                    If so, confirm it here:
                    """),
                .button("Confirm this address", address: "\(home)/account/address/confirm?token=\(token.text)"),
            ],
            closing: """
                The link is good once, for \(AccountLetters.words(life)). If you know nothing of it, do nothing.
                """)
    }

    func invitation(_ token: SessionToken, to address: String, name: String, lasting life: Span) -> PersonalMail {
        letter(
            "account.invitation", to: address, "Your access to \(mail.title)",
            [
                .paragraph("Hello \(name.prefix(200)),"),
                .paragraph("you are invited to work with \(mail.title). Choose your password here:"),
                .button("Choose your password", address: "\(home)/invitation?token=\(token.text)"),
            ],
            closing: """
                The link is good once, for \(AccountLetters.words(life)). If you did not expect it, do nothing.
                """)
    }

    /// A span as people say it: `7 minutes`, `1 hour`.
    static func words(_ span: Span) -> String {
        let units: [(name: String, seconds: Int64)] = [("day", 86_400), ("hour", 3600), ("minute", 60)]
        let unit = units.first { span.seconds >= $0.seconds && span.seconds % $0.seconds == 0 } ?? ("second", 1)
        let count = span.seconds / unit.seconds
        return count == 1 ? "1 \(unit.name)" : "\(count) \(unit.name)s"
    }
}
