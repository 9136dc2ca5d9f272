import Portico

/// Which events a capturing system asks for, by the parameters of EPCIS 2.0 (§8.2.7.1, §12.6). Several values of one
/// parameter stand between bars.
struct EPCISEventsInput: RouteInput {
    /// The most values of one parameter.
    private static let mostValues = 50

    let perPage: Int
    let token: String?
    private let times: [Instant?]
    private let actions: [String]?
    private let steps: [String]?
    private let names: [String]?

    init(_ fields: inout FieldReader) {
        times = [
            fields.optionalInstant("GE_eventTime", in: .query, "Happened at or after this time"),
            fields.optionalInstant("LT_eventTime", in: .query, "Happened before this time"),
            fields.optionalInstant("GE_recordTime", in: .query, "Recorded at or after this time"),
            fields.optionalInstant("LT_recordTime", in: .query, "Recorded before this time"),
        ]
        actions = fields.values("EQ_action", "ADD, DELETE or OBSERVE")
        steps = fields.values("EQ_bizStep", "packing, unpacking, shipping or receiving")
        names = fields.values("MATCH_anyEPC", "Address of a sack or bag: only what it is named in")
        perPage = Int(fields.optionalInteger("perPage", 1...200, in: .query, "Events of a page; 50 unless said") ?? 50)
        token = fields.optionalText("nextPageToken", 1...1024, in: .query, "From the link to the next page")
        if let actions {
            for action in actions where EPCISQuery.stepsOfActions[action] == nil {
                fields.refuse("EQ_action", "not_one_of", "must be of ADD, DELETE, OBSERVE")
            }
        }
        for (name, values) in [("EQ_action", actions), ("EQ_bizStep", steps), ("MATCH_anyEPC", names)]
        where (values?.count ?? 0) > EPCISEventsInput.mostValues {
            fields.refuse(name, "out_of_range", "must have at most \(EPCISEventsInput.mostValues) values")
        }
    }

    /// The query. What can't be the name of anything here names nothing.
    func query(publicURL: String) -> EPCISQuery {
        var query = EPCISQuery(
            happenedFrom: times[0], happenedBefore: times[1], recordedFrom: times[2], recordedBefore: times[3])
        if let actions { query.narrow(toActions: actions) }
        if let steps { query.narrow(toSteps: steps.map { EPCISQuery.step($0) }) }
        query.names = names.map { $0.compactMap { EPCName($0, publicURL: publicURL) } }
        return query
    }

    /// The list's name for its cursors.
    func list(_ query: EPCISQuery) -> String {
        ListCursor.name(
            "epcis",
            times.map { $0.map { "\($0.milliseconds)" } } + [
                query.steps.map { $0.sorted().joined(separator: "|") }, names?.joined(separator: "|"),
            ])
    }
}

/// The time whose events are exported, by their recording.
struct EPCISExportInput: RouteInput {
    /// The longest time of one export.
    static let longest = Span.days(31)

    let from: Instant
    let to: Instant

    init(_ fields: inout FieldReader) {
        let (from, to) = fields.moments("from", "to", "Recorded")
        self.from = from ?? Instant(milliseconds: 0)
        self.to = to ?? Instant(milliseconds: 0)
        guard !fields.isRecording else { return }
        for (name, value) in [("from", from), ("to", to)]
        where value == nil && !fields.errors.contains(where: { $0.field == name }) {
            fields.refuse(name, "required", "is missing; a time or a day is needed")
        }
        if let from, let to, to - from > EPCISExportInput.longest {
            fields.refuse("to", "out_of_range", "must not be more than 31 days after from")
        }
    }
}

extension FieldReader {
    /// The values of a parameter between bars; nil when it is absent.
    fileprivate mutating func values(_ name: String, _ description: String) -> [String]? {
        optionalText(name, 1...8000, in: .query, description)?.split(separator: "|").map { String($0) }
    }
}
