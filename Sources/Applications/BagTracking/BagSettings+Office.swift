import Portico

extension BagSettings {
    /// Whom mails of the application are from.
    var office: MailLetter.Office { MailLetter.Office(name: "Bag tracking", address: "\(publicURL)/bags") }
}
