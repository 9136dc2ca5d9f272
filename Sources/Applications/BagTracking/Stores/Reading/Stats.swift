import Portico

/// The figures of an area, or of all areas: what `…/stats` answers with and dashboards show (rule R38).
struct Stats: Sendable, Hashable {
    /// Nil for all areas together.
    let areaCode: String?
    private let values: [CounterName: Int64]

    init(areaCode: String?, values: [CounterName: Int64]) {
        self.areaCode = areaCode
        self.values = values
    }

    /// Sacks in a state; also of retired ones all together with bags.
    func parents(_ status: ParentStatus) -> Int { value(.parents(status)) }

    /// Bags in a state.
    func children(_ status: ChildStatus) -> Int { value(.children(status)) }

    /// Retired sacks and bags.
    var retired: Int { value(.retired) }

    /// Bills in a state.
    func bills(_ state: String) -> Int { value(.bills(state)) }

    /// Return tickets in a state.
    func returns(_ state: String) -> Int { value(.returns(state)) }

    /// Scans with an outcome; undone ones stay in `linked`.
    func scans(_ outcome: ScanOutcome) -> Int { value(.scans(outcome)) }

    /// Scans that were undone.
    var undone: Int { value(.undone) }

    /// Whether nothing was ever scanned.
    var isEmpty: Bool { values.values.allSatisfy { $0 == 0 } }

    private func value(_ name: CounterName) -> Int { Int(values[name] ?? 0) }

    static let billStates = ["open", "completed", "loading", "dispatched", "delivered", "cancelled"]
    static let returnStates = ["open", "committed", "cancelled"]
}
