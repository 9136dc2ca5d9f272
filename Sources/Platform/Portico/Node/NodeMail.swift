import Glibc
import Logging

/// How the mails of a node leave it.
struct NodeMail: Sendable {
    let sender: MailAddress
    let transport: any MailTransport

    /// What the settings say. Without a server mails stay in the outbox of their application, where they can be read.
    /// - Parameter publicURL: address people reach the node at.
    /// - Throws: ``Settings/Mistake``.
    init(_ settings: Settings, clock: Clock, publicURL: String) throws(Settings.Mistake) {
        do {
            sender = try MailAddress(settings.text("mail.from"))
        } catch {
            throw Settings.Mistake(
                description:
                    "mail.from: '\(settings.text("mail.from"))' is no address; it takes one such as office@example.org")
        }
        let name = try HelloName.choose(
            settings.text("mail.hello_name"), machine: HelloName.machine, publicURL: publicURL)
        let authorities = settings.text("mail.authorities_file")
        guard authorities.isEmpty || access(authorities, R_OK) == 0 else {
            throw Settings.Mistake(
                description:
                    "mail.authorities_file: '\(authorities)' can't be read; it takes a file of certificates in PEM form"
            )
        }
        let host = settings.text("mail.smtp_host")
        guard !host.isEmpty, settings.text("environment") != "testing" else {
            transport = OutboxTransport()
            return
        }
        let user = settings.text("mail.smtp_user")
        let password = Secret(settings.text("mail.smtp_password"))
        transport = SMTPTransport(
            SMTPSettings(
                host: host, port: settings.integer("mail.smtp_port"),
                security: SMTPSettings.Security(rawValue: settings.text("mail.smtp_security")) ?? .startTLS,
                account: user.isEmpty ? nil : SMTPSettings.Account(name: user, password: password),
                helloName: name, authorities: authorities.isEmpty ? nil : authorities),
            clock: clock)
    }
}

/// Writes the mails of identity into an application's queue.
struct PersonalMails: PersonalMailQueue {
    let mails: MailQueue
    let logger: Logger

    /// An address that no mail can be sent to gets none: whoever asks must not learn whether somebody has it.
    func enqueue(_ mail: PersonalMail, in transaction: Transaction) throws {
        guard let address = try? MailAddress(mail.to) else {
            logger.warning("mail to an address that takes none", metadata: ["kind": "\(mail.kind)"])
            return
        }
        let letter = Mail(to: address, subject: mail.subject, text: mail.text, html: mail.html)
        try mails.enqueue(letter.marked(mail.kind, isConfidential: true), in: transaction)
    }
}
