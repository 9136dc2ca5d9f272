import Portico

/// Whose acts a summary tells.
enum SummaryScope: Sendable, Hashable {
    /// Everybody's.
    case all
    /// Those of one person, and what happened to that person's bills.
    case own(Int64)

    /// The person; nil for everybody.
    var userID: Int64? {
        if case .own(let id) = self { id } else { nil }
    }

    /// `all` or `own`.
    var word: String { userID == nil ? "all" : "own" }
}

/// What a daily summary is asked about.
struct SummarySubject: Sendable, Hashable {
    let day: WarehouseDay
    let scope: SummaryScope
    /// Nil for all areas.
    var areaCode: String?

    /// The same of the day before.
    var before: SummarySubject { SummarySubject(day: day.before, scope: scope, areaCode: areaCode) }
}

/// A day of the warehouses (rule R39).
struct DailySummary: Sendable {
    /// A bill that was created that day, as it is now.
    struct Bill: Sendable, Hashable {
        let id: Int64
        let code: String
        let state: String
        let totals: BillTotals
        let createdAt: Instant
    }

    let subject: SummarySubject
    /// Whether the day is over.
    let isFinal: Bool
    let acts: DayActs
    let bills: [Bill]
    /// Names of the people in `acts`.
    let names: [Int64: String]
}
