import PorticoValues

/// Which numbers of a workbook are days or times. A workbook keeps a day as the number of days since its own beginning, and
/// only the format of the cell tells (ISO/IEC 29500-1 §18.8.30, §18.8.31, §18.17.4).
final class NumberFormats: XMLConsumer {
    /// What a format shows of a number.
    enum Kind: Sendable, Hashable {
        /// A day.
        case day
        /// A day with a time.
        case moment
        /// A time of day.
        case time
        /// Hours, minutes and seconds that may be more than a day.
        case duration
    }

    private static let mostFormats = 100_000
    private static let secondsOfDay = 86_400
    /// 9999-12-31, where days are counted from 1900 on.
    private static let lastDay = 2_958_465
    /// How many days later 1904 begins.
    private static let later = 1462

    private let startsIn1904: Bool
    /// By the number that cells name; nil for other numbers.
    private var kinds: [Kind?] = []
    private var custom: [Int: Kind?] = [:]
    private var isInCells = false

    /// Reads the formats of a workbook.
    /// - Parameter startsIn1904: whether its day 0 is 1904-01-01.
    /// - Throws: ``TableError``.
    init(_ entry: ZipDirectory.Entry?, of source: any ByteSource, startsIn1904: Bool) throws(TableError) {
        self.startsIn1904 = startsIn1904
        guard let entry else { return }
        try XMLReader.read(entry, of: source, self)
        if !kinds.contains(where: { $0 != nil }) { kinds = [] }
    }

    /// Whether any cell can show a day or a time.
    var haveDates: Bool { !kinds.isEmpty }

    /// What a cell of this format shows, as ISO 8601 writes it: `2025-02-01`, `2025-02-01T13:45:00`, `13:45:00`. Nil where
    /// it is a number, or no day that there is.
    func text(_ number: String, format: Int) -> String? {
        guard kinds.indices.contains(format), let kind = kinds[format], let value = Double(number), value >= 0,
            value < Double(NumberFormats.lastDay + 1)
        else { return nil }
        // Numbers are sums of binary fractions: half a second more or less is nobody's doing.
        let seconds = Int((value * Double(NumberFormats.secondsOfDay)).rounded())
        let time = seconds % NumberFormats.secondsOfDay
        switch kind {
        case .day: return date(Int(value))
        case .moment:
            let day = date(seconds / NumberFormats.secondsOfDay)
            return time == 0 ? day : day.map { "\($0)T\(NumberFormats.clock(time))" }
        case .time: return NumberFormats.clock(time)
        case .duration: return NumberFormats.clock(seconds)
        }
    }

    /// The day of a number. Between day 0 and day 61 of 1900 the format has a day too many, 1900-02-29, which never was.
    private func date(_ day: Int) -> String? {
        let number = startsIn1904 ? day + NumberFormats.later : day
        guard number > 0, number != 60, number <= NumberFormats.lastDay else { return nil }
        return CalendarDate(daysSinceEpoch: number - (number > 60 ? 25_569 : 25_568)).text
    }

    private static func clock(_ seconds: Int) -> String {
        [seconds / 3600, seconds / 60 % 60, seconds % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    // MARK: - XML

    func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(TableError) {
        if name("cellXfs") { isInCells = true }
        if name("numFmt"), let id = attributes.text("numFmtId").flatMap({ Int($0) }) {
            custom[id] = .some(attributes.text("formatCode").flatMap { NumberFormats.kind(of: $0) })
        }
        guard name("xf"), isInCells else { return }
        let id = attributes.text("numFmtId").flatMap { Int($0) } ?? 0
        kinds.append(custom[id] ?? NumberFormats.builtIn(id))
        guard kinds.count + custom.count <= NumberFormats.mostFormats else {
            throw TableError(.tooDense, "The workbook has more than \(NumberFormats.mostFormats) formats.")
        }
    }

    func end(_ name: XMLName) {
        if name("cellXfs") { isInCells = false }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}
}

extension NumberFormats {
    /// The formats that every workbook has without saying so (§18.8.30).
    static func builtIn(_ id: Int) -> Kind? {
        switch id {
        case 14...17: .day
        case 22: .moment
        case 18...21, 45, 47: .time
        case 46: .duration
        default: nil
        }
    }

    /// What a format code shows: letters of days and times count, but not in quotes, behind an escape or in brackets. The
    /// first section is for positive numbers, and days are positive.
    static func kind(of code: String) -> Kind? {
        var marks = Marks()
        var bytes = code.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: ";"): return marks.kind
            case UInt8(ascii: "\""): while let next = bytes.next(), next != byte {}
            case UInt8(ascii: "\\"), UInt8(ascii: "_"), UInt8(ascii: "*"): _ = bytes.next()
            case UInt8(ascii: "["):
                var inside: Set<UInt8> = []
                while let next = bytes.next(), next != UInt8(ascii: "]") { inside.insert(next | 0x20) }
                marks.noteBracket(inside)
            default: marks.note(byte | 0x20)
            }
        }
        return marks.kind
    }

    /// The letters that were met.
    private struct Marks {
        private var hasDay = false
        private var hasMonth = false
        private var hasClock = false
        private var isDuration = false

        mutating func note(_ letter: UInt8) {
            switch letter {
            case UInt8(ascii: "y"), UInt8(ascii: "d"): hasDay = true
            // Months, or minutes beside hours or seconds.
            case UInt8(ascii: "m"): hasMonth = true
            case UInt8(ascii: "h"), UInt8(ascii: "s"): hasClock = true
            default: break
            }
        }

        /// `[h]`, `[mm]`, `[ss]`; colours, currencies and conditions say nothing.
        mutating func noteBracket(_ letters: Set<UInt8>) {
            guard let letter = letters.first, letters.count == 1 else { return }
            if [UInt8(ascii: "h"), UInt8(ascii: "m"), UInt8(ascii: "s")].contains(letter) { isDuration = true }
        }

        var kind: Kind? {
            if isDuration { return .duration }
            if hasDay || hasMonth && !hasClock { return hasClock ? .moment : .day }
            return hasClock ? .time : nil
        }
    }
}
