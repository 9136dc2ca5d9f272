/// Who or what is counted.
///
/// Texts are names, never secrets: the id of an application key, not the key.
public struct RateSubject: Sendable, Hashable {
    enum Kind: UInt8, Sendable {
        case everyone, address, account, token, application, login, tenant, route
    }

    let kind: Kind
    /// An id, or the bits of an address.
    let number: UInt64
    /// The name of a subject that has no number.
    let name: String

    private init(_ kind: Kind, number: UInt64 = 0, name: String = "") {
        self.kind = kind
        self.number = number
        self.name = name
    }

    /// Everybody together.
    public static let everyone = RateSubject(.everyone)

    /// A client's address: IPv4 as it is, IPv6 by its /64.
    public static func address(_ client: ClientNetwork) -> RateSubject {
        // The family stands in the name, which tells 0.0.0.1 from the /64 with the same bits.
        RateSubject(.address, number: client.bits, name: client.family.rawValue)
    }

    /// The subject of a client's numeric address.
    public static func address(of text: String) -> RateSubject { .address(ClientNetwork.of(address: text)) }

    /// An account by its id.
    public static func account(_ id: Int64) -> RateSubject {
        RateSubject(.account, number: UInt64(bitPattern: id))
    }

    /// A bearer token or session by its id.
    public static func token(_ id: String) -> RateSubject { RateSubject(.token, name: id) }

    /// An application key by its id.
    public static func application(_ id: String) -> RateSubject { RateSubject(.application, name: id) }

    /// What somebody typed as the name to sign in with, whether or not the account exists. Fold case before.
    public static func login(_ name: String) -> RateSubject { RateSubject(.login, name: name) }

    /// A tenant by its name or id.
    public static func tenant(_ name: String) -> RateSubject { RateSubject(.tenant, name: name) }

    /// A route by its pattern.
    public static func route(_ pattern: String) -> RateSubject { RateSubject(.route, name: pattern) }

    /// The subject as text: `account:42`, `address:2001:db8::/64`. Bars and percent signs of names are escaped, so that
    /// texts joined by bars stay unambiguous.
    public var text: String {
        switch kind {
        case .everyone: "everyone"
        case .address:
            "address:" + ClientNetwork(bits: number, family: ClientNetwork.Family(rawValue: name) ?? .unknown).text
        case .account: "account:\(Int64(bitPattern: number))"
        case .token: "token:\(escapedName)"
        case .application: "application:\(escapedName)"
        case .login: "login:\(escapedName)"
        case .tenant: "tenant:\(escapedName)"
        case .route: "route:\(escapedName)"
        }
    }

    private var escapedName: String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "%") }) else { return name }
        return name.reduce(into: "") { escaped, character in
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
