import Portico

/// What is counted, by the name in the table: `child.linked`, `scan.rejected`.
struct CounterName: Sendable, Hashable, Comparable {
    let text: String

    /// A name read from the table.
    init(stored text: String) {
        self.text = text
    }

    /// Sacks that are not retired, by status.
    static func parents(_ status: ParentStatus) -> CounterName {
        status == .retired ? retired : CounterName(stored: "parent.\(status.rawValue)")
    }

    /// Bags that are not retired, by status.
    static func children(_ status: ChildStatus) -> CounterName {
        status == .retired ? retired : CounterName(stored: "child.\(status.rawValue)")
    }

    /// Scans by outcome; undone ones stay where they were.
    static func scans(_ outcome: ScanOutcome) -> CounterName {
        CounterName(stored: "scan.\(outcome.rawValue)")
    }

    /// Bills by state.
    static func bills(_ state: String) -> CounterName {
        CounterName(stored: "bill.\(state)")
    }

    /// Return tickets by state.
    static func returns(_ state: String) -> CounterName {
        CounterName(stored: "return.\(state)")
    }

    /// Retired sacks and bags.
    static let retired = CounterName(stored: "bag.retired")
    /// Scans that were taken back.
    static let undone = CounterName(stored: "scan.undone")
    /// Rises with every transaction that changes a counter of the area: what copies of figures are kept under.
    static let version = CounterName(stored: "version")

    static func < (left: CounterName, right: CounterName) -> Bool { left.text < right.text }
}
