/// The languages that a client wishes for, by its `Accept-Language` (RFC 9110 §12.5.4).
struct LanguageWishes {
    /// Ranges in lower case, the dearest first.
    private let ranges: [Substring]
    /// What it does not want at all.
    private let refused: Set<Substring>

    init(_ text: String) {
        var wishes: [(range: Substring, weight: Int)] = []
        for item in text.lowercased().split(separator: ",") {
            let parts = item.split(separator: ";").map { LanguageWishes.trimmed($0) }
            guard let range = parts.first, !range.isEmpty else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
            wishes.append((range: range, weight: weight.map { LanguageWishes.thousandths($0.dropFirst(2)) } ?? 1000))
        }
        refused = Set(wishes.filter { $0.weight == 0 }.map(\.range))
        // Equal wishes stay in the order in which they were told.
        ranges = wishes.enumerated().filter { $0.element.weight > 0 }
            .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element.range)
    }

    /// The tag that fits best: the whole range or the beginning of it, then a tag that is more than the range.
    func best(of tags: [String]) -> String? {
        let offers = tags.map { (tag: $0, text: Substring($0.lowercased())) }
            .filter { !isRefused($0.text) }
        for range in ranges {
            if range == "*" { return offers.first?.tag }
            var rest = range
            while !rest.isEmpty {
                if let offer = offers.first(where: { $0.text == rest }) { return offer.tag }
                rest = rest.lastIndex(of: "-").map { rest[..<$0] } ?? ""
            }
            if let offer = offers.first(where: { LanguageWishes.covers(range, $0.text) }) { return offer.tag }
        }
        return nil
    }

    /// Of the ranges that stand for a tag the longest decides: who wants no German may well want that of Austria.
    private func isRefused(_ tag: Substring) -> Bool {
        guard let refusal = LanguageWishes.longest(of: refused, tag) else { return false }
        return refusal >= LanguageWishes.longest(of: ranges, tag) ?? 0
    }

    /// Length of the longest range that stands for a tag.
    private static func longest(of ranges: some Sequence<Substring>, _ tag: Substring) -> Int? {
        ranges.filter { covers($0, tag) }.map(\.utf8.count).max()
    }

    /// Whether a range stands for a tag (RFC 4647 §3.3.1).
    private static func covers(_ range: Substring, _ tag: Substring) -> Bool {
        tag == range || tag.hasPrefix("\(range)-")
    }

    /// `0.8` as 800; what is no weight counts as none.
    private static func thousandths(_ text: Substring) -> Int {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole == "0" || whole == "1" else { return 0 }
        let digits = parts.count > 1 ? parts[1].prefix(3) : ""
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return 0 }
        let fraction = Int(String(digits) + String(repeating: "0", count: 3 - digits.utf8.count)) ?? 0
        return min(1000, (whole == "1" ? 1000 : 0) + fraction)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
