/// What a user of bag tracking is; everyone has exactly one role.
enum BagRole: String, Sendable, Hashable, CaseIterable {
    /// Packs at a table in one area.
    case dispatcher
    /// Lets lorries out of one area.
    case gatekeeper
    /// Office clerk for all areas. Has no part in the gate: who writes the bill does not let the lorry out.
    case biller
    case admin

    /// Whether users of this role belong to one area and see only that.
    var isBoundToArea: Bool {
        switch self {
        case .dispatcher, .gatekeeper: true
        case .biller, .admin: false
        }
    }

    /// What people read.
    var title: String {
        switch self {
        case .dispatcher: "Dispatcher"
        case .gatekeeper: "Gatekeeper"
        case .biller: "Biller"
        case .admin: "Administrator"
        }
    }

    /// The page that users of this role begin their work at, below the application's first one; nil for that one itself.
    var landing: String? {
        switch self {
        case .dispatcher: "/scan"
        case .gatekeeper: "/gate"
        case .biller, .admin: nil
        }
    }

    /// The names of everything users of this role may do; all else is denied.
    var permissions: Set<String> {
        switch self {
        case .dispatcher: BagRole.dispatcherPermissions
        case .gatekeeper: BagRole.gatekeeperPermissions
        case .biller: BagRole.billerPermissions
        case .admin: BagRole.adminPermissions
        }
    }

    private static let reading: Set<String> = ["bag.read", "bill.read", "stats.read"]
    private static let packing: Set<String> = ["scan.pack", "scan.undo_own", "label.print"]
    private static let office: Set<String> = [
        "bag.correct", "bag.hold", "bag.retire", "bill.write", "bill.deliver", "return.write", "summary.read_own",
        "export.read", "epcis.read", "trace.read",
    ]
    private static let administration: Set<String> = [
        "scan.undo_any", "bill.cancel", "bag.restore", "gate.check", "summary.read_all", "summary.send", "import.run",
        "user.manage", "config.manage", "audit.read", "operations.read", "operations.write",
    ]

    private static let dispatcherPermissions = reading.union(packing)
    private static let gatekeeperPermissions = reading.union(["gate.check"])
    private static let billerPermissions = reading.union(packing).union(office)
    private static let adminPermissions = billerPermissions.union(administration)
}
