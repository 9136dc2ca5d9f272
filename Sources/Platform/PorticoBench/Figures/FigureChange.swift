/// One number beside that of an earlier run.
public struct FigureChange: Sendable, Equatable {
    /// The figure it belongs to.
    public let figure: String
    /// Its name there.
    public let value: String
    /// What it was.
    public let before: Double
    /// What it is.
    public let now: Double

    /// A number that was and is.
    public init(figure: String, value: String, before: Double, now: Double) {
        self.figure = figure
        self.value = value
        self.before = before
        self.now = now
    }

    /// Whether it is worse by more than `tolerance` (0.1 for a tenth), and by more than a clock makes.
    public func isWorse(tolerance: Double) -> Bool {
        let name = String(value.split(separator: ".").last ?? "")
        let worsening = Baseline.isBetterHigher(name) ? before - now : now - before
        return worsening > max(before * tolerance, Baseline.smallest[name] ?? 0)
    }

    /// The line of a table: before, now, now to before.
    public func line(tolerance: Double) -> String {
        let cells = [fixed(before, 2), fixed(now, 2), "\(fixed(now / before, 2))×"]
        let numbers = cells.map { String(repeating: " ", count: max(0, 14 - $0.count)) + $0 }.joined(separator: " ")
        let mark = isWorse(tolerance: tolerance) ? "  WORSE" : ""
        return "  \(FigureTable.padded(figure, 44)) \(FigureTable.padded(value, 16)) \(numbers)\(mark)"
    }
}
