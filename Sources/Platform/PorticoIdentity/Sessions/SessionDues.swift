import PorticoSQL

/// What the owner of an account has to see to before anything that is signed in to it allows what the role does.
struct SessionDues: Sendable, Hashable {
    /// Whether the role asks for an authenticator and there is none.
    var secondFactor = false
    /// Whether the password is older than passwords may be.
    var password = false

    /// What to do, in a sentence for whoever is refused meanwhile; nil when nothing is due.
    var sentence: String? {
        if secondFactor { return "Your role allows nothing before you have added an authenticator to your account." }
        return password ? "Your password has ended. Choose a new one on the page of your account." : nil
    }
}

extension SessionStore {
    /// When the password of an account, called `a`, was set. A program of the version before that runs beside this one
    /// does not note it.
    static let passwordSetAt: SQL = "coalesce(a.password_set_at, a.created_at)"
}
