/// How figures stand under one another.
public enum FigureTable {
    private static let widths = [44, 68, 50]

    /// The line of a figure: what, how much, what is wanted, and whether it came.
    public static func line(_ figure: Figure) -> String {
        let word =
            switch figure.isReached {
            case true?: "pass"
            case false?: "MISS"
            case nil: ""
            }
        let cells = zip([figure.name, figure.text, figure.target], widths).map { padded($0, $1) }
        return trimmed("  \(cells.joined(separator: "  "))  \(word)")
    }

    /// The closing line: how many figures are as wanted, and the names of the others.
    public static func closing(_ figures: [Figure]) -> String {
        let judged = figures.filter { $0.isReached != nil }
        let missed = judged.filter { $0.isReached == false }.map(\.name)
        let end = missed.isEmpty ? "" : "; missed: \(missed.joined(separator: ", "))"
        return "\(judged.count - missed.count) of \(judged.count) figures as wanted\(end)"
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
