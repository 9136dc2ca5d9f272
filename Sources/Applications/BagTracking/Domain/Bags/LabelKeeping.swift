import Portico

/// What a bag keeps of the labels it was scanned with (rule R5): first sight counts, a later label fills what is
/// missing, and one with another lot changes nothing.
struct LabelKeeping: Sendable, Hashable {
    let lot: String?
    let testDate: CalendarDate?
    /// The label's own warnings, and `lot_differs`.
    let warnings: [ScanWarning]

    /// What is kept after `label` has been read on a bag that has `lot` and `testDate`.
    init(lot: String?, testDate: CalendarDate?, reading label: ChildLabel) {
        if let lot, let other = label.lot, lot != other {
            self.lot = lot
            self.testDate = testDate
            self.warnings = label.warnings + [.lotDiffers]
            return
        }
        self.lot = lot ?? label.lot
        self.testDate = testDate ?? label.testDate
        self.warnings = label.warnings
    }
}
