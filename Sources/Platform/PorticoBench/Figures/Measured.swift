/// What a number counts.
public enum FigureUnit: Sendable, Equatable {
    /// Milliseconds.
    case milliseconds
    /// Seconds.
    case seconds
    /// So many a second.
    case perSecond
    /// Bytes, shown as MiB.
    case bytes
    /// A share of 0 to 1, shown as per cent.
    case share
    /// A number of things.
    case count

    /// The value as people read it.
    public func text(_ value: Double) -> String {
        switch self {
        case .milliseconds: "\(fixed(value, value < 10 ? 2 : 1)) ms"
        case .seconds: "\(fixed(value, value < 1 ? 2 : 1)) s"
        case .perSecond: "\(fixed(value, 0))/s"
        case .bytes: "\(fixed(value / 1_048_576, 0)) MiB"
        case .share: "\(fixed(value * 100, 3)) %"
        case .count: fixed(value, 0)
        }
    }

    /// A bound as people write it: without zeros at its end.
    func bound(_ value: Double) -> String {
        switch self {
        case .milliseconds: "\(plain(value)) ms"
        case .seconds: "\(plain(value)) s"
        case .perSecond: "\(plain(value))/s"
        case .bytes: "\(plain(value / 1_048_576)) MiB"
        case .share: "\(plain(value * 100)) %"
        case .count: plain(value)
        }
    }

    private func plain(_ value: Double) -> String {
        var text = fixed(value, 3)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}

/// What is wanted of a number.
public enum Bound: Sendable, Equatable {
    /// This or less.
    case atMost(Double)
    /// This or more.
    case atLeast(Double)
    /// Less than this.
    case below(Double)

    /// Whether a value is what is wanted.
    public func holds(for value: Double) -> Bool {
        switch self {
        case .atMost(let most): value <= most
        case .atLeast(let least): value >= least
        case .below(let end): value < end
        }
    }
}

/// One number of a figure.
public struct Measured: Sendable, Equatable {
    /// Its name in files: `p99`, `per_second`, `bytes`.
    public let name: String
    /// The number, in its unit.
    public let value: Double
    /// What it counts.
    public let unit: FigureUnit
    /// What is wanted; nil for what is only told.
    public let bound: Bound?

    /// A number and what is wanted of it.
    public init(_ name: String, _ value: Double, _ unit: FigureUnit, _ bound: Bound? = nil) {
        self.name = name
        self.value = value
        self.unit = unit
        self.bound = bound
    }

    /// Whether it is not what is wanted.
    public var isMissed: Bool { bound.map { !$0.holds(for: value) } ?? false }

    /// Names that the unit says already.
    private static let plain: Set<String> = ["per_second", "seconds", "bytes"]

    private var label: String {
        Measured.plain.contains(name) ? "" : "\(name.split(separator: "_").joined(separator: " ")) "
    }

    var text: String { label + unit.text(value) }

    var target: String? {
        switch bound {
        case .atMost(let most): "\(label)≤ \(unit.bound(most))"
        case .atLeast(let least): "\(label)≥ \(unit.bound(least))"
        case .below(let end): "\(label)< \(unit.bound(end))"
        case nil: nil
        }
    }
}

/// A number with so many digits behind the point, rounded.
func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int64((abs(value) * scale).rounded())
    let (before, after) = whole.quotientAndRemainder(dividingBy: Int64(scale))
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(before)" }
    let decimals = String(after)
    return "\(sign)\(before).\(String(repeating: "0", count: digits - decimals.count))\(decimals)"
}
