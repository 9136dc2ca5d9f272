import Portico

/// A sack of a demonstration before it is written: everything that its rows follow from.
struct DemoSack: Sendable {
    /// How full it is.
    enum Fill: Sendable {
        case full, filling, empty
    }

    var type = ProductType.mustard
    var fill = Fill.empty
    /// Number in its code.
    var serial = 0
    /// Position of its area in ``DemoNames/towns``.
    var area = 0
    /// When it was scanned.
    var start = Instant(milliseconds: 0)
    /// Milliseconds from scan to scan.
    var gap = 0
    /// Bags in it.
    var count = 0
    /// Bags that were put in and taken out again by undoing, and are loose now.
    var loose = 0
    /// Bags that were put in, taken out by undoing, and put in again.
    var relinked = 0
    var rejected = 0
    var duplicates = 0
    /// Position of its bill among all; nil when it is on none.
    var bill: Int?
    /// Its place on the bill, from 1.
    var billPlace: Int?
    /// Whether it is the last that its bill waited for: the bill's scans follow its own.
    var closesBill = false
    /// Positions of the bills whose check at the gate began next: its scans follow the sack's own.
    var gates: [Int] = []
    var holdReason: String?
    /// Number of its lot within the product type, from 1.
    var lot = 0
    /// Bags of the same area before its own.
    var childrenBefore = 0
    /// Position of the sack before it in the area.
    var previous: Int?
    var firstBagID: Int64 = 0
    var firstScanID: Int64 = 0
    var firstEventID: Int64 = 0

    var code: String { type.parentCode(serial: serial) ?? "" }
    /// Bags that it brings with it.
    var newChildren: Int { count + loose }
    /// Scans of bags into it.
    var childScans: Int { count + loose + relinked + rejected + duplicates }
    /// Custody events of it: one for each bag put in, one for each undoing.
    var events: Int { count + 2 * (loose + relinked) }
    /// When its last scan was made.
    var end: Instant { start + .milliseconds(Int64(gap * (childScans + 1))) }
    /// The lot's name.
    func lotName(year: Int) -> String {
        let digits = String(lot)
        let prefix = type.code == ProductType.mustard.code ? "MUS" : "MNG"
        return "\(prefix)/\(year)/\(String(repeating: "0", count: max(0, 3 - digits.utf8.count)))\(digits)"
    }
}

/// A bill of a demonstration.
struct DemoBill: Sendable {
    /// Positions of its sacks.
    var sacks: [Int] = []
    var area = 0
    var state = "open"
    var createdAt = Instant(milliseconds: 0)
    /// Id of its biller's account, by position.
    var biller = 0
    var id: Int64 = 0
    var number = 0
}
