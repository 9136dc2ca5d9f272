/// Puts the progress of a move into words for people: one line that is drawn again and again on a terminal, or now and then
/// a line of its own where the words go to a file.
public struct MoveReport: Sendable {
    /// Where the words go.
    public enum Style: Sendable, Hashable {
        /// A terminal of so many columns.
        case terminal(columns: Int)
        /// A file or a pipe.
        case lines
    }

    /// A terminal's line is drawn at most this often.
    private static let redrawNanoseconds: Int64 = 200_000_000
    /// Where there is no terminal, a line comes after as much silence.
    private static let silenceNanoseconds: Int64 = 10_000_000_000
    private static let barCells = 20
    private static let clear = "\r\u{1B}[K"

    private let style: Style
    private let name: String
    /// The progress with which the stage began, and when.
    private var start: (progress: DataMoveProgress, nanoseconds: Int64)?
    private var last: DataMoveProgress?
    private var wroteAt: Int64?
    /// Whether the last progress has been told.
    private var isShown = true
    private var isDrawn = false

    /// A report of the move of an application.
    public init(of name: String, _ style: Style) {
        self.name = name
        self.style = style
    }

    /// What to write to the standard error stream for a piece of progress; nil for nothing.
    /// - Parameter now: on the monotonic clock.
    public mutating func text(for progress: DataMoveProgress, at now: Int64) -> String? {
        let isDue = isDue(progress, at: now)
        if last?.stage != progress.stage { start = (progress, now) }
        last = progress
        isShown = false
        return isDue ? text(at: now) : nil
    }

    /// What to write when a moment has passed: what came too soon after something else, or another line after a long
    /// silence.
    /// - Parameter now: on the monotonic clock.
    public mutating func tick(at now: Int64) -> String? {
        let silence = wroteAt.map { now - $0 } ?? .max
        switch style {
        case .terminal: return !isShown && silence >= MoveReport.redrawNanoseconds ? text(at: now) : nil
        case .lines: return wroteAt != nil && silence >= MoveReport.silenceNanoseconds ? text(at: now) : nil
        }
    }

    private mutating func text(at now: Int64) -> String? {
        guard let last else { return nil }
        wroteAt = now
        isShown = true
        switch style {
        case .terminal(let columns):
            isDrawn = true
            let words = [MoveReport.bar(last)] + words(of: last, at: now)
            return MoveReport.clear + words.joined(separator: "  ").prefix(max(20, columns - 1))
        case .lines:
            return "\(name): " + words(of: last, at: now).joined(separator: ", ") + "\n"
        }
    }

    /// What takes the line off the terminal, before something else is written; nil where there is none.
    public mutating func cleared() -> String? {
        guard isDrawn else { return nil }
        isDrawn = false
        return MoveReport.clear
    }

    private func isDue(_ progress: DataMoveProgress, at now: Int64) -> Bool {
        let silence = wroteAt.map { now - $0 } ?? .max
        switch style {
        case .terminal: return silence >= MoveReport.redrawNanoseconds
        case .lines:
            // The first table follows the stage at once.
            if progress.stage == .copying, progress.table.isEmpty { return false }
            let isNewTable = progress.stage == .copying && progress.table != last?.table
            return progress.stage != last?.stage || isNewTable || silence >= MoveReport.silenceNanoseconds
        }
    }

    private func words(of progress: DataMoveProgress, at now: Int64) -> [String] {
        let (done, total) = (GroupedNumber(progress.done).text, GroupedNumber(progress.total).text)
        guard progress.stage != .linking else {
            let words = ["linking", "foreign keys and statistics", "\(done) of \(total)", progress.table]
            return words.filter { !$0.isEmpty }
        }
        var words = [progress.stage.rawValue, "\(done) of \(total) rows"]
        if progress.place > 0 { words.insert("table \(progress.place) of \(progress.tables) \(progress.table)", at: 1) }
        guard let start, now > start.nanoseconds, progress.done > start.progress.done else { return words }
        let seconds = Double(now - start.nanoseconds) / 1_000_000_000
        let rate = Double(progress.done - start.progress.done) / seconds
        words.append("\(GroupedNumber(Int(rate)).text) rows/s")
        if progress.done < progress.total {
            words.append("\(MoveReport.duration(seconds: Int(Double(progress.total - progress.done) / rate))) left")
        }
        return words
    }

    private static func bar(_ progress: DataMoveProgress) -> String {
        let share = progress.total > 0 ? min(1, Double(progress.done) / Double(progress.total)) : 1
        let full = Int(share * Double(barCells))
        let cells = String(repeating: "#", count: full) + String(repeating: ".", count: barCells - full)
        let percent = String(Int(share * 100))
        return "[\(cells)] \(String(repeating: " ", count: 3 - percent.count))\(percent) %"
    }

    /// A length of time in words: `45 s`, `3 min 20 s`, `2 h 5 min`.
    public static func duration(seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(max(0, seconds)) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        default: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        }
    }
}

extension MoveReport {
    /// The line that says what an earlier run has left.
    public static func line(_ resumption: DataMoveResumption, of name: String) -> String {
        """
        \(name): goes on with the move that began at \(resumption.begunAt.rfc3339); \(resumption.tables) tables and \
        \(GroupedNumber(resumption.rows).text) rows are there
        """
    }

    /// The line of a table that has been compared.
    public static func line(_ table: DataMove.Table) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        let state = table.isWhole ? "ok" : "DIFFERS: \(table.arrived) rows, \(table.arrivedDigest)"
        return "  \(padded(table.name, 28))\(padded(String(table.rows), 12))\(table.digest)  \(state)"
    }

    /// The last line: how much there is, how long it took, and whether it is equal.
    public static func summary(of name: String, _ tables: [DataMove.Table], seconds: Int) -> String {
        let different = tables.filter { !$0.isWhole }.map(\.name)
        let outcome = different.isEmpty ? "equal" : "NOT EQUAL: \(different.joined(separator: ", "))"
        let rows = GroupedNumber(tables.reduce(0) { $0 + $1.arrived }).text
        return "\(name): \(tables.count) tables, \(rows) rows in \(duration(seconds: seconds)), \(outcome)"
    }
}
