import Portico

/// How much of what a demonstration holds.
struct DemoScale: Sendable, Hashable {
    /// All sacks.
    let sacks: Int
    /// All bags, in sacks and loose.
    let children: Int
    let bills: Int
    let accounts: Int
    /// Return tickets.
    let returns: Int

    init(_ scale: Demonstration.Scale) {
        switch scale {
        case .small: self.init(sacks: 80, bills: 12, accounts: 16, returns: 4)
        case .medium: self.init(sacks: 4000, bills: 160, accounts: 40, returns: 40)
        case .full: self.init(sacks: 72_000, bills: 2400, accounts: 120, returns: 300)
        }
    }

    private init(sacks: Int, bills: Int, accounts: Int, returns: Int) {
        self.sacks = sacks
        children = 24 * sacks
        self.bills = bills
        self.accounts = accounts
        self.returns = returns
    }

    /// 92 of a hundred sacks.
    var fullSacks: Int { share(92) }
    /// 6 of a hundred sacks.
    var fillingSacks: Int { sacks - fullSacks - emptySacks }
    /// 2 of a hundred sacks.
    var emptySacks: Int { sacks / 50 }
    /// Sacks on bills: 85 of a hundred.
    var billedSacks: Int { share(85) }
    /// Bags whose only scan was undone: one of two hundred.
    var looseChildren: Int { children / 200 }
    /// Bags that were scanned, undone and scanned again: one of two hundred.
    var relinkedChildren: Int { children / 200 }
    /// Refused scans: one of a hundred.
    var rejectedScans: Int { children / 100 }
    /// Scans of bags that were in the sack already: one of two hundred.
    var duplicateScans: Int { children / 200 }

    private func share(_ percent: Int) -> Int { (sacks * percent + 50) / 100 }
}
