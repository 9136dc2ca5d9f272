import Portico

/// The figures of an area, or of all areas.
struct StatsAnswer: JSONRepresentable {
    /// Sacks and bags by state.
    struct Bags: JSONRepresentable {
        static let schemaName = "BagFigures"
        static let example = Bags(stats: Stats(areaCode: nil, values: [:]))

        var stats: Stats

        func write(to object: inout JSONObjectWriter) {
            object.map(
                "parents", [ParentStatus.empty, .filling, .full].map { ($0.rawValue, stats.parents($0)) },
                "Sacks by status")
            object.map(
                "children", [ChildStatus.loose, .linked].map { ($0.rawValue, stats.children($0)) }, "Bags by status")
            object.field("retired", stats.retired, "Retired sacks and bags")
        }
    }

    static let schemaName = "Stats"
    static let example = StatsAnswer(
        stats: Stats(areaCode: "lucknow", values: [.parents(.full): 412, .children(.linked): 12_360]),
        asOf: Instant(milliseconds: 1_763_721_338_120))

    var stats: Stats
    /// When the figures were true.
    var asOf: Instant

    /// Names the figures and not the moment they were read at: while nothing changes, what a client has stays good.
    var tag: String {
        "W/" + EntityTag.of(JSONWriter.encode(StatsAnswer(stats: stats, asOf: Instant(milliseconds: 0))))
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("as_of", asOf, "When the figures were true")
        object.field("area_code", stats.areaCode, "Null for all areas together")
        object.field("bags", Bags(stats: stats))
        object.map("bills", Stats.billStates.map { ($0, stats.bills($0)) }, "Bills by state")
        object.map("returns", Stats.returnStates.map { ($0, stats.returns($0)) }, "Return tickets by state")
        object.map(
            "scans", ScanOutcome.allCases.map { ($0.rawValue, stats.scans($0)) } + [("undone", stats.undone)],
            "Scans by outcome; undone ones stay in linked")
    }
}

/// Counters beside a recount of the same snapshot.
struct StatsVerificationAnswer: JSONRepresentable {
    static let schemaName = "StatsVerification"
    static let example = StatsVerificationAnswer(CounterVerification(counters: [:], recount: [:]))

    let isEqual: Bool
    let counters: JSONValue
    let recount: JSONValue
    let drift: JSONValue

    init(_ verification: CounterVerification) {
        isEqual = verification.drift.isEmpty
        counters = StatsVerificationAnswer.json(verification.counters)
        recount = StatsVerificationAnswer.json(verification.recount)
        drift = StatsVerificationAnswer.json(verification.drift)
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("equal", isEqual, "Whether every counter is what a recount finds")
        object.field("counters", counters, "By area, then by name")
        object.field("recount", recount, "By area, then by name")
        object.field("drift", drift, "Counter minus recount, only where they differ")
    }

    /// `{"lucknow":{"child.linked":12360}}`; what belongs to no area is under the empty name.
    private static func json(_ values: [CounterChanges.Key: Int64]) -> JSONValue {
        let areas = Dictionary(grouping: values.sorted { $0.key < $1.key }, by: \.key.area)
        return .object(
            areas.sorted { $0.key < $1.key }.map { area, entries in
                (key: area, value: .object(entries.map { (key: $0.key.name.text, value: .integer($0.value)) }))
            })
    }
}
