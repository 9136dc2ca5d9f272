import PorticoHTTP

/// Finds operators of any application, for what a node tells of itself: its health and its figures.
///
/// A credential that one application does not know may be another's, and while a database is away its accounts are nobody:
/// callers on the machine itself are answered all the same.
struct OperatorsAuthenticator: Authenticator {
    let applications: [any Authenticator]

    func principal(for head: RequestHead) async -> Principal? {
        for application in applications {
            if let principal = try? await application.principal(for: head),
                Access.operators.admits(principal.permissions)
            {
                return principal
            }
        }
        return nil
    }
}
