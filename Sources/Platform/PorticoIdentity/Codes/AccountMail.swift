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
