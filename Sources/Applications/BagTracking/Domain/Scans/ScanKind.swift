/// What a scan was for.
enum ScanKind: String, Sendable, Hashable, CaseIterable {
    /// A sack at the packing table.
    case parent
    /// A bag into a sack.
    case child
    /// A sack onto a bill.
    case bill
    /// A sack at the gate.
    case gate
    /// A sack onto a return ticket.
    case `return`
}

/// What came of a scan.
enum ScanOutcome: String, Sendable, Hashable, CaseIterable {
    /// A sack that was new.
    case created
    /// A sack that was known.
    case found
    /// A bag that is now in the sack.
    case linked
    /// A sack that is now on the bill.
    case added
    /// A sack that is on the bill and has been seen at the gate.
    case matched
    /// A sack that is now on the return ticket.
    case returned
    /// What the scan wanted was so already.
    case duplicate
    case rejected
}

/// What a person should know although the scan was taken.
enum ScanWarning: String, Sendable, Hashable, CaseIterable {
    case parentFull = "parent_full"
    case parentBilled = "parent_billed"
    case onHold = "on_hold"
    case testDateUnreadable = "test_date_unreadable"
    case lotDiffers = "lot_differs"
}
