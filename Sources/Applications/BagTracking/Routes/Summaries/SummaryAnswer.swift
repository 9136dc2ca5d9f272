import Portico

/// A day of the warehouses (rule R39).
struct SummaryAnswer: JSONRepresentable {
    static let schemaName = "DailySummary"
    static let example = SummaryAnswer(
        summary: DailySummary(
            subject: SummarySubject(
                day: WarehouseDay(containing: Instant(milliseconds: 1_763_721_338_120)), scope: .all),
            isFinal: true, acts: DayActs(), bills: [], names: [:]))

    let summary: DailySummary

    func write(to object: inout JSONObjectWriter) {
        let day = summary.subject.day
        object.field("date", day.date.text, "The day")
        object.field("timezone", "Asia/Kolkata", "The zone in which it is a day")
        object.field("from", day.from, "Its first moment")
        object.field("to", day.to, "The first moment of the next day")
        object.field("final", summary.isFinal, "Whether the day is over: then its totals never change")
        object.field("scope", summary.subject.scope.word, "`all`, or `own`: one's own acts and bills only")
        object.field("totals", Totals(acts: summary.acts))
        object.field("by_user", people, "Who linked, undid or created anything, who linked most first")
        object.field(
            "bills", summary.bills.map { SummaryBillAnswer(bill: $0) }, "Bills created that day, as they are now")
    }

    private var people: [SummaryPersonAnswer] {
        summary.acts.byUser.map { entry in
            SummaryPersonAnswer(
                user: ScanItem.User(id: entry.id, name: summary.names[entry.id] ?? ""), acts: entry.acts)
        }
    }

    private struct Totals: JSONRepresentable {
        static let schemaName = "DailySummaryTotals"
        static let example = Totals(acts: DayActs())

        let acts: DayActs

        func write(to object: inout JSONObjectWriter) {
            object.field("bills_created", acts.billsCreated)
            object.field("bills_completed", acts.billsCompleted)
            object.field("bills_dispatched", acts.billsDispatched)
            object.field("bills_delivered", acts.billsDelivered)
            object.field("children_linked", acts.childrenLinked, "Accepted scans of bags")
            object.field("children_undone", acts.childrenUndone, "Scans taken back that day")
            object.field("children_imported", acts.childrenImported)
            object.field("sacks_filled", acts.sacksFilled, "Scans that brought a sack to its capacity")
            object.field("weight_linked_grams", acts.weightLinkedGrams)
            object.field("sacks_returned", acts.sacksReturned)
            object.map(
                "scans", ScanOutcome.allCases.map { ($0.rawValue, acts.scans[$0] ?? 0) }, "Scans by outcome")
        }
    }
}

/// What one person did in a day.
struct SummaryPersonAnswer: JSONRepresentable {
    static let schemaName = "DailySummaryPerson"
    static let example = SummaryPersonAnswer(
        user: .example, acts: DayActs.Person(childrenLinked: 412, childrenUndone: 3, billsCreated: 0))

    let user: ScanItem.User
    let acts: DayActs.Person

    func write(to object: inout JSONObjectWriter) {
        object.field("user", user)
        object.field("children_linked", acts.childrenLinked)
        object.field("children_undone", acts.childrenUndone)
        object.field("bills_created", acts.billsCreated)
    }
}

/// A bill of a day.
struct SummaryBillAnswer: JSONRepresentable {
    static let schemaName = "DailySummaryBill"
    static let example = SummaryBillAnswer(
        bill: DailySummary.Bill(
            id: 12, code: "LKO 2025/117", state: "completed",
            totals: BillTotals(
                linkedCount: 5, childCount: 128, actualWeightGrams: 128_000, expectedWeightGrams: 150_000),
            createdAt: Instant(milliseconds: 1_763_721_338_120)))

    let bill: DailySummary.Bill

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: bill.id)
        object.field("code", bill.code)
        object.field("state", bill.state, "Its state now")
        object.field("linked_count", bill.totals.linkedCount, "Sacks on it now")
        object.field("child_count", bill.totals.childCount)
        object.field("actual_weight_grams", bill.totals.actualWeightGrams)
        object.field("expected_weight_grams", bill.totals.expectedWeightGrams)
        object.field("variance_grams", bill.totals.varianceGrams, "Actual less expected; never positive")
        object.field("created_at", bill.createdAt)
    }
}
