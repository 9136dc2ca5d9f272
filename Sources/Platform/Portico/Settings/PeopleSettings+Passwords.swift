extension PeopleSettings {
    static func passwordDeclarations(of application: String) -> [SettingDeclaration] {
        [
            SettingDeclaration(
                former(application), .integer(0...24), default: "5",
                "how many of one's passwords, the present one among them, can't be chosen again; 0 for none"),
            SettingDeclaration(
                passwordDays(application), .integer(0...3650), default: "0",
                "days after which a password must give way to another one; 0 for never, which is safer"),
            SettingDeclaration(
                refused(application), .text(0...500), default: "",
                "a file of passwords, one a line, that nobody may choose; read at the start"),
        ]
    }

    /// What passwords must be and for how long, with the list of those that are refused.
    /// - Throws: ``Settings/Mistake`` for a list that can't be used.
    public static func passwords(
        of application: String, in settings: Settings
    ) throws(Settings.Mistake) -> PasswordRules {
        var rules = PasswordRules()
        rules.former = settings.integer(former(application))
        let days = settings.integer(passwordDays(application))
        if days > 0 { rules.life = .days(Int64(days)) }
        let path = settings.text(refused(application))
        guard !path.isEmpty else { return rules }
        do {
            rules.refused = try RefusedPasswords(file: path)
        } catch {
            throw Settings.Mistake(
                description: "\(refused(application)): '\(path)' \(error); it takes a text with one password a line")
        }
        return rules
    }

    private static func former(_ application: String) -> String { "\(application).former_passwords" }
    private static func passwordDays(_ application: String) -> String { "\(application).password_days" }
    private static func refused(_ application: String) -> String { "\(application).refused_passwords_file" }
}
