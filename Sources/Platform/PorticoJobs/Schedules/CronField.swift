/// One field of a ``CronExpression``: which numbers it may have.
struct CronField {
    private let name: String
    private let range: ClosedRange<Int>
    private let names: [String]
    private let firstName: Int

    static let monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    static let weekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

    init(_ name: String, _ range: ClosedRange<Int>, names: [String] = [], firstName: Int = 0) {
        self.name = name
        self.range = range
        self.names = names
        self.firstName = firstName
    }

    /// The numbers of a field, as bits.
    func set(_ field: Substring, in text: String) throws(ScheduleError) -> UInt64 {
        var set: UInt64 = 0
        for item in field.split(separator: ",", omittingEmptySubsequences: false) {
            guard let numbers = numbers(item) else {
                throw ScheduleError(
                    text: text, reason: "\(name): \"\(item)\" is none of *, a number of \(range), a range or a step")
            }
            for number in numbers { set |= 1 << UInt64(number) }
        }
        return set
    }

    private func numbers(_ item: Substring) -> StrideThrough<Int>? {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bounds = bounds(parts[0], hasStep: parts.count == 2) else { return nil }
        guard parts.count == 2 else { return stride(from: bounds.lowerBound, through: bounds.upperBound, by: 1) }
        guard let step = digits(parts[1]), step > 0 else { return nil }
        return stride(from: bounds.lowerBound, through: bounds.upperBound, by: step)
    }

    /// `*`, `a` or `a-b`. A single number with a step goes on to the end of the range.
    private func bounds(_ item: Substring, hasStep: Bool) -> ClosedRange<Int>? {
        // Sunday has two numbers; `*` means it once.
        if item == "*" { return range.lowerBound...(range.upperBound == 7 ? 6 : range.upperBound) }
        let ends = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = number(ends[0]) else { return nil }
        guard ends.count == 2 else { return first...(hasStep ? range.upperBound : first) }
        guard let last = number(ends[1]), first <= last else { return nil }
        return first...last
    }

    private func number(_ word: Substring) -> Int? {
        if let index = names.firstIndex(of: word.uppercased()) { return index + firstName }
        return digits(word).flatMap { range.contains($0) ? $0 : nil }
    }

    private func digits(_ word: Substring) -> Int? {
        guard (1...2).contains(word.utf8.count), word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(word)
    }
}
