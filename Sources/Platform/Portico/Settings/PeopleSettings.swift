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
            SettingDeclaration(
                signInLinks(application), .flag, default: "true",
                "whether people may sign in by a link in their mail, where mail is sent"),
            SettingDeclaration(
                failures(application), .integer(3...100), default: "5",
                "failures to sign in after which an address is locked"),
            SettingDeclaration(
                networkFailures(application), .integer(10...10_000), default: "50",
                "failures to sign in after which a client's network is locked"),
            SettingDeclaration(
                lockMinutes(application), .integer(1...1440), default: "15",
                "how long locks last, and the time in which failures of a network count"),
            SettingDeclaration(
                rememberDays(application), .integer(0...365), default: "30",
                "days for which people stay signed in on a device who want to; 0 offers it to nobody"),
            SettingDeclaration(
                singleSession(application), .flag, default: "false",
                "whether signing in ends everything else the account is signed in with"),
        ] + passwordDeclarations(of: application)
    }

    /// When somebody who keeps failing to sign in must wait, and for how long.
    public static func lockout(of application: String, in settings: Settings) -> LockoutSettings {
        var lockout = LockoutSettings()
        lockout.failures = settings.integer(failures(application))
        lockout.addressFailures = settings.integer(networkFailures(application))
        lockout.duration = .minutes(Int64(settings.integer(lockMinutes(application))))
        lockout.addressWindow = lockout.duration
        return lockout
    }

    /// Whether people may sign in by a link in their mail.
    public static func hasSignInLinks(in application: String, _ settings: Settings) -> Bool {
        settings.flag(signInLinks(application))
    }

    /// Sessions as they are, with what operators decide about staying signed in and about several at a time.
    public static func sessions(
        _ sessions: SessionSettings, of application: String, in settings: Settings
    ) -> SessionSettings {
        var sessions = sessions
        sessions.kept = .days(Int64(settings.integer(rememberDays(application))))
        sessions.isSingle = settings.flag(singleSession(application))
        return sessions
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

    private static func signInLinks(_ application: String) -> String { "\(application).sign_in_links" }
    private static func required(_ application: String) -> String { "\(application).second_factor_required" }
    private static func failures(_ application: String) -> String { "\(application).lock_failures" }
    private static func networkFailures(_ application: String) -> String { "\(application).lock_network_failures" }
    private static func lockMinutes(_ application: String) -> String { "\(application).lock_minutes" }
    private static func rememberDays(_ application: String) -> String { "\(application).remember_days" }
    private static func singleSession(_ application: String) -> String { "\(application).single_session" }
    private static func mailed(_ application: String) -> String { "\(application).second_factor_by_mail" }
}
