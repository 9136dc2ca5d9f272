import Portico

/// The settings of bag tracking that its rules need.
struct BagSettings: Sendable {
    /// Address people reach the node at, without a slash at the end; begins the identifiers of EPCIS.
    var publicURL: String
    /// `bags.gs1_company_prefix`: 4–12 digits, nil while none is set (rule R7).
    var gs1CompanyPrefix: String?
    /// `bags.sscc_extension_digit`: the first digit of numbers made here.
    var ssccExtensionDigit = 3
    /// `bags.undo_window_seconds`: how long a scan can be undone (rule R16).
    var undoWindow = UndoRules.defaultWindow

    /// `bags.driver_phone_days`: how long after its delivery a bill keeps the driver's phone, or after the lorry left
    /// where no delivery is recorded (rule R28).
    var driverPhoneDays: Int64 = 180

    /// `bags.second_factor_required` and `bags.second_factor_by_mail`: what roles ask for beside the password.
    var secondFactors: [String: SecondFactorRule] = [:]
    /// `bags.former_passwords`, `bags.password_days`, `bags.refused_passwords_file`: what passwords must be.
    var passwords = PasswordRules()
    /// `bags.summary_time`: minutes after midnight at which the day just ended is mailed (rule R40).
    var summaryMinute = 10
    /// `bags.summary_enabled`: whether summaries are mailed at all.
    var sendsSummaries = true

    /// `bags.exports_per_user`: requests of the class `bulk` of one person that run at once, over all nodes: exports (rule R37),
    /// imports that are sent, label sheets.
    var exportsPerUser = 2
    /// `bags.streams_per_user`: live streams and sockets of one person that are open at once, on each node.
    var streamsPerUser = EventStream.streamsPerUser
    /// `bags.import_max_mib`: the largest file that is taken, in MiB (rule R33).
    var importMostMiB = 50
    /// `bags.import_max_rows`: the most rows of a file, over all its sheets (rule R33).
    var importMostRows = 500_000
    /// Rows of an import that are written at once, at the most (rule R36).
    var importPartRows = 1000

    init(publicURL: String) {
        self.publicURL = publicURL
    }
}
