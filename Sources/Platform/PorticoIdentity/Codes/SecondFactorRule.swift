/// What a role asks of people beside their password.
public enum SecondFactorRule: Sendable, Hashable {
    /// Nothing; whoever has added an authenticator uses it all the same.
    case optional
    /// An authenticator: the role allows nothing before there is one.
    case required
    /// An authenticator, or else a code by mail at every sign-in, or by a text message to whoever has confirmed a phone.
    /// Where no mail is sent this is ``required``, whether or not text messages are.
    case mail
}

extension RoleCatalog {
    /// The same roles, those that need an authenticator marked.
    /// - Parameters:
    ///   - rules: by role; a role without one keeps what the catalogue says.
    ///   - sendsMail: whether codes can go out at all.
    func applying(_ rules: [String: SecondFactorRule], sendsMail: Bool) -> RoleCatalog {
        let needing = roles.map(\.name).filter { role in
            switch rules[role] {
            case nil: requiresSecondFactor(role)
            case .optional: false
            case .required: true
            case .mail: !sendsMail
            }
        }
        let mailed = rules.filter { $0.value == .mail && sendsMail }.keys
        return RoleCatalog(roles, secondFactorFor: Set(needing), codesByMailFor: Set(mailed))
    }
}
