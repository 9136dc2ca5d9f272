import PorticoHTTP

/// What somebody shows to be let in, and where from.
public struct SignInAttempt: Sendable {
    /// The address that was typed.
    public var email: String
    /// The password.
    public var password: String
    /// What is shown first, for the log.
    var firstFactor = "password"
    /// A code of the authenticator, or a recovery code.
    public var code: String?
    /// Id of the request, for the audit.
    public var requestID: String?
    /// The client's address.
    public var address: String
    /// Whether the session is to be kept on the device.
    public var staysSignedIn = false
    /// The request it came with, for the browser that shows itself there.
    var head: RequestHead?

    /// An attempt.
    public init(email: String, password: String, address: String, requestID: String? = nil) {
        self.email = email
        self.password = password
        self.address = address
        self.requestID = requestID
    }

    /// An attempt that came with a request.
    init(email: String, password: String, by context: RequestContext) {
        self.init(
            email: email, password: password, address: context.clientAddress, requestID: context.requestID)
        head = context.request.head
    }
}
