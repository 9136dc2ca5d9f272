import PorticoHTTP
import PorticoSQL
import PorticoValues

extension SessionStore {
    /// Begins the session of somebody whom an attempt has let in, kept on the device if that was asked for.
    func begin(
        _ account: Account, for attempt: SignInAttempt, head: RequestHead, at now: Instant, in transaction: Transaction
    ) throws -> NewSession {
        try begin(
            account, head: head, address: attempt.address, requestID: attempt.requestID, isKept: attempt.staysSignedIn,
            at: now, in: transaction)
    }
}
