import Portico

/// The words of daily summaries, the same on pages and in mails.
enum SummaryWords {
    /// One figure of a day with its name.
    struct Figure: Sendable {
        let label: String
        let value: String
        /// The number behind the value, to compare days by.
        let number: Int
    }

    /// All figures of a day.
    static func totals(_ acts: DayActs) -> [Figure] {
        [
            count("Bags linked", acts.childrenLinked), count("Bags undone", acts.childrenUndone),
            count("Bags imported", acts.childrenImported), count("Sacks filled", acts.sacksFilled),
            Figure(
                label: weightLabel, value: BagWords.weight(acts.weightLinkedGrams), number: acts.weightLinkedGrams),
            count("Bills created", acts.billsCreated), count("Bills completed", acts.billsCompleted),
            count("Bills dispatched", acts.billsDispatched), count("Bills delivered", acts.billsDelivered),
            count("Sacks returned", acts.sacksReturned),
        ]
    }

    /// A figure that is a plain number.
    static func count(_ label: String, _ number: Int) -> Figure {
        Figure(label: label, value: GroupedNumber(number).text, number: number)
    }

    /// How far a figure is from that of the day before: `+12`, `−3 kg`, or `=`.
    static func change(_ figure: Figure, _ earlier: Figure) -> HTML {
        let difference = figure.number - earlier.number
        guard difference != 0 else { return "<span class=\"note\">=</span>" }
        let isWeight = figure.label == weightLabel
        let size = Int(difference.magnitude)
        return "\(difference > 0 ? "+" : "−")\(isWeight ? BagWords.weight(size) : GroupedNumber(size).text)"
    }

    private static let weightLabel = "Weight linked"

    /// `21 Nov 2026`.
    static func day(_ day: WarehouseDay) -> String {
        TimeText(day.from, zone: .india, detail: .date).text
    }
}
