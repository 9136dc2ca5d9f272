import PorticoValues

extension RateRule {
    /// The classes that a site starts with; applications add their own and operators change them.
    ///
    /// | class | counts | quota |
    /// |---|---|---|
    /// | `pages` | address | 100 a minute |
    /// | `chat` | account | 30 a minute |
    /// | `forms` | address | 10 a minute |
    /// | `look-ups` | address | 20 a minute |
    /// | `sign-in` | address; a failure costs ten | 300 a minute |
    /// | `sign-in-failures` | login, failures only | 5 in a quarter of an hour |
    /// | `api` | account | 60 a minute, 100 at once |
    public static let standard: [RateRule] = [
        RateRule("pages", quota: 100, per: .minutes(1)),
        RateRule("chat", quota: 30, per: .minutes(1)),
        RateRule("forms", quota: 10, per: .minutes(1)),
        RateRule("look-ups", quota: 20, per: .minutes(1)),
        RateRule("sign-in", quota: 300, per: .minutes(1)),
        RateRule("sign-in-failures", quota: 5, per: .minutes(15), algorithm: .slidingWindow),
        RateRule("api", quota: 60, per: .minutes(1), burst: 100),
    ]
}
