/// Figures as a server shows them, in Prometheus's text format.
public struct MetricsText: Sendable {
    private let lines: [Substring]

    /// The figures of a text.
    public init(_ text: String) {
        lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    /// The sum of all samples with this name, whatever their labels; nil when there is none.
    /// - Parameter label: what the labels must hold, as `application="bags"`; nil takes all.
    public func sum(_ name: String, with label: String? = nil) -> Double? {
        var sum: Double?
        for line in lines where line.hasPrefix(name) {
            let rest = line.dropFirst(name.count)
            guard rest.first == " " || rest.first == "{", label.map({ rest.contains($0) }) ?? true,
                let space = rest.lastIndex(of: " "), let value = Double(rest[rest.index(after: space)...])
            else { continue }
            sum = (sum ?? 0) + value
        }
        return sum
    }
}
