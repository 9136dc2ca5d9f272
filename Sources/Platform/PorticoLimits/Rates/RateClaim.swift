/// A demand that names its rule: what routes declare and the pipeline asks.
public struct RateClaim: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
        case spend, probe, charge
    }

    /// The name of the rule.
    public let rule: String
    /// Who is counted.
    public let subject: RateSubject
    /// With whom together.
    public let second: RateSubject?
    /// Units: the cost, or what must be left for a probe.
    public let units: Int
    private let kind: Kind

    /// A claim on `cost` units, which must be there.
    public init(_ rule: String, by subject: RateSubject, and second: RateSubject? = nil, cost: Int = 1) {
        self.init(rule, subject, second, cost, .spend)
    }

    private init(_ rule: String, _ subject: RateSubject, _ second: RateSubject?, _ units: Int, _ kind: Kind) {
        self.rule = rule
        self.subject = subject
        self.second = second
        self.units = units
        self.kind = kind
    }

    /// Takes nothing; see ``RateDemand/probe(_:by:and:units:)``.
    public static func probe(
        _ rule: String, by subject: RateSubject, and second: RateSubject? = nil, units: Int = 1
    ) -> RateClaim {
        RateClaim(rule, subject, second, units, .probe)
    }

    /// Takes units whether they are there or not; see ``RateDemand/charge(_:by:and:cost:)``.
    public static func charge(
        _ rule: String, by subject: RateSubject, and second: RateSubject? = nil, cost: Int = 1
    ) -> RateClaim {
        RateClaim(rule, subject, second, cost, .charge)
    }

    /// The counter that is claimed.
    public var key: RateKey { RateKey(rule: rule, subject: subject, and: second) }

    func demand(under rule: RateRule) -> RateDemand {
        switch kind {
        case .spend: RateDemand(rule, by: subject, and: second, cost: units)
        case .probe: .probe(rule, by: subject, and: second, units: units)
        case .charge: .charge(rule, by: subject, and: second, cost: units)
        }
    }
}
