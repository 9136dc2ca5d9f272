/// Who or what is counted.
///
/// Texts are names, never secrets: the id of an application key, not the key.
public enum RateSubject: Sendable, Hashable {
    /// Everybody together.
    case everyone
    /// A client's address: IPv4 as it is, IPv6 by its /64.
    case address(ClientNetwork)
    /// An account by its id.
    case account(Int64)
    /// A bearer token or session by its id.
    case token(String)
    /// An application key by its id.
    case application(String)
    /// What somebody typed as the name to sign in with, whether or not the account exists. Fold case before.
    case login(String)
    /// A tenant by its name or id.
    case tenant(String)
    /// A route by its pattern.
    case route(String)

    /// The subject of a client's numeric address.
    public static func address(of text: String) -> RateSubject {
        .address(ClientNetwork.of(address: text))
    }

    /// The subject as text: `account:42`, `address:2001:db8::/64`. Bars and percent signs of names are escaped, so that
    /// texts joined by bars stay unambiguous.
    public var text: String {
        switch self {
        case .everyone: "everyone"
        case .address(let network): "address:\(network.text)"
        case .account(let id): "account:\(id)"
        case .token(let id): "token:\(RateSubject.escaped(id))"
        case .application(let id): "application:\(RateSubject.escaped(id))"
        case .login(let name): "login:\(RateSubject.escaped(name))"
        case .tenant(let name): "tenant:\(RateSubject.escaped(name))"
        case .route(let pattern): "route:\(RateSubject.escaped(pattern))"
        }
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "%") }) else { return text }
        return text.reduce(into: "") { escaped, character in
            switch character {
            case "|": escaped += "%7C"
            case "%": escaped += "%25"
            default: escaped.append(character)
            }
        }
    }
}

/// One counter: a rule's name and the subject, or the two subjects together, that it counts.
public struct RateKey: Sendable, Hashable {
    /// The name of the rule.
    public let rule: String
    /// Who is counted.
    public let subject: RateSubject
    /// With whom together, for example the route or the login.
    public let second: RateSubject?

    /// The counter of a rule for a subject, or for the combination of two.
    public init(rule: String, subject: RateSubject, and second: RateSubject? = nil) {
        self.rule = rule
        self.subject = subject
        self.second = second
    }

    /// The key as text for stores outside the process: `sign-in|address:192.0.2.1|login:ann`.
    public var text: String {
        guard let second else { return "\(rule)|\(subject.text)" }
        return "\(rule)|\(subject.text)|\(second.text)"
    }
}
