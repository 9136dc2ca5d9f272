import Portico

extension BagSettings {
    /// The company prefix of demonstrations, where none is set.
    static let demonstrationPrefix = "8901234"

    private static let prefixKey = "bags.gs1_company_prefix"
    private static let digitKey = "bags.sscc_extension_digit"
    private static let undoKey = "bags.undo_window_seconds"
    private static let summaryTimeKey = "bags.summary_time"
    private static let summaryKey = "bags.summary_enabled"
    private static let phoneKey = "bags.driver_phone_days"
    private static let exportsKey = "bags.exports_per_user"
    private static let streamsKey = "bags.streams_per_user"
    private static let importSizeKey = "bags.import_max_mib"
    private static let importRowsKey = "bags.import_max_rows"

    /// What can be set.
    static let declarations: [SettingDeclaration] =
        [
            SettingDeclaration(
                prefixKey, .text(0...12), default: "", "GS1 company prefix of 4 to 12 digits, for making SSCCs"),
            SettingDeclaration(digitKey, .integer(0...9), default: "3", "first digit of the SSCCs made here"),
            SettingDeclaration(
                undoKey, .integer(0...604_800), default: "3600", "for how many seconds a scan can be undone"),
            SettingDeclaration(
                summaryTimeKey, .text(5...5), default: "00:10",
                "when the summary of the day just ended is mailed, in the time of the warehouses"),
            SettingDeclaration(summaryKey, .flag, default: "true", "whether daily summaries are mailed"),
            SettingDeclaration(
                phoneKey, .integer(1...3650), default: "180",
                "how many days after its delivery, or else after the lorry left, a bill keeps the driver's phone"),
            SettingDeclaration(
                exportsKey, .integer(1...100), default: "2",
                "exports, imports that are sent and label sheets of one person at once, over all nodes"),
            SettingDeclaration(
                streamsKey, .integer(1...1000), default: "20",
                "live streams and sockets of one person that are open at once, on each node"),
            SettingDeclaration(importSizeKey, .integer(1...1024), default: "50", "the largest file to import, in MiB"),
            SettingDeclaration(
                importRowsKey, .integer(1...10_000_000), default: "500000", "the most rows of a file to import"),
        ] + PeopleSettings.declarations(of: "bags")

    /// The effective settings.
    /// - Throws: ``BagSettingMistake``, ``Settings/Mistake``.
    init(_ environment: ApplicationEnvironment, isDemonstration: Bool) throws {
        let settings = environment.settings
        self.init(publicURL: environment.publicURL)
        let prefix = settings.text(BagSettings.prefixKey)
        guard prefix.isEmpty || SSCC.isCompanyPrefix(prefix) else {
            throw BagSettingMistake(
                description: "\(BagSettings.prefixKey): '\(prefix)' is not accepted; it takes 4 to 12 digits")
        }
        gs1CompanyPrefix = prefix.unlessEmpty ?? (isDemonstration ? BagSettings.demonstrationPrefix : nil)
        ssccExtensionDigit = settings.integer(BagSettings.digitKey)
        secondFactors = try PeopleSettings.secondFactors(
            of: "bags", roles: BagRole.allCases.map(\.rawValue), in: settings)
        passwords = try PeopleSettings.passwords(of: "bags", in: settings)
        driverPhoneDays = Int64(settings.integer(BagSettings.phoneKey))
        undoWindow = .seconds(Int64(settings.integer(BagSettings.undoKey)))
        exportsPerUser = settings.integer(BagSettings.exportsKey)
        streamsPerUser = settings.integer(BagSettings.streamsKey)
        importMostMiB = settings.integer(BagSettings.importSizeKey)
        importMostRows = settings.integer(BagSettings.importRowsKey)
        summaryMinute = try BagSettings.minute(settings.text(BagSettings.summaryTimeKey))
        sendsSummaries = settings.flag(BagSettings.summaryKey)
    }

    /// `HH:MM` as minutes after midnight.
    private static func minute(_ text: String) throws(BagSettingMistake) -> Int {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy { $0.utf8.count == 2 && $0.utf8.allSatisfy(ASCII.isDigit) }
        guard parts.count == 2, areDigits, let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else {
            throw BagSettingMistake(
                description: "\(summaryTimeKey): '\(text)' is not accepted; it takes a time of day such as 00:10")
        }
        return hour * 60 + minute
    }
}

/// A setting whose form is right and whose value is not.
struct BagSettingMistake: Error, CustomStringConvertible {
    /// One line with the setting, the value and what is accepted.
    let description: String
}
