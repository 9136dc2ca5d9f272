/// What operators decide about how the people of an application sign in.
public enum PeopleSettings {
    /// The settings of an application, to stand among its own.
    public static func declarations(of application: String) -> [SettingDeclaration] {
        [
            SettingDeclaration(
                required(application), .list, default: "",
                "roles that allow nothing before their owner has added an authenticator"),
            SettingDeclaration(
                mailed(application), .list, default: "",
                "roles whose owners, without an authenticator, get a code by mail at every sign-in"),
        ]
    }

    /// What each role asks for beside the password.
    /// - Throws: ``Settings/Mistake`` for a role that the application does not have.
    public static func secondFactors(
        of application: String, roles: [String], in settings: Settings
    ) throws(Settings.Mistake) -> [String: SecondFactorRule] {
        var rules: [String: SecondFactorRule] = [:]
        for (key, rule) in [(mailed(application), SecondFactorRule.mail), (required(application), .required)] {
            for role in settings.list(key) {
                guard roles.contains(role) else {
                    throw Settings.Mistake(
                        description: "\(key): '\(role)' is no role; it takes \(roles.joined(separator: ", "))")
                }
                rules[role] = rule
            }
        }
        return rules
    }

    private static func required(_ application: String) -> String { "\(application).second_factor_required" }
    private static func mailed(_ application: String) -> String { "\(application).second_factor_by_mail" }
}
