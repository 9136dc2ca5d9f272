/// Two of the fourteen fonts that every reader of PDF has (PDF 1.4 §5.5.1), in the encoding of Windows-1252. Nothing is
/// embedded, so other scripts can't be drawn.
public enum PDFFont: String, Sendable, CaseIterable {
    /// Helvetica.
    case regular = "Helvetica"
    /// Helvetica-Bold.
    case bold = "Helvetica-Bold"

    /// The name under which pages know it.
    var resource: String {
        switch self {
        case .regular: "F1"
        case .bold: "F2"
        }
    }

    /// Whether all of a text can be drawn.
    public static func draws(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { byte(of: $0) != nil }
    }

    /// Width of a text in the unit of `size`. Letters with accents count as the widest of capitals, so that a text is
    /// never wider than this.
    public func width(of text: String, size: Double) -> Double {
        let units = text.unicodeScalars.reduce(0) { sum, scalar in sum + width(of: scalar) }
        return Double(units) * size / 1000
    }

    /// The beginning of a text that is no wider than `width`; a text that is cut ends in three dots.
    public func fitting(_ text: String, width: Double, size: Double) -> String {
        guard self.width(of: text, size: size) > width else { return text }
        var kept = text
        while !kept.isEmpty, self.width(of: kept + "...", size: size) > width { kept.removeLast() }
        return kept + "..."
    }

    /// The byte of a character in Windows-1252; nil for what it has not.
    static func byte(of scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xFF: UInt8(scalar.value)
        case 0x20AC: 0x80
        case 0x2018: 0x91
        case 0x2019: 0x92
        case 0x201C: 0x93
        case 0x201D: 0x94
        case 0x2022: 0x95
        case 0x2013: 0x96
        case 0x2014: 0x97
        case 0x2026: 0x85
        default: nil
        }
    }

    private func width(of scalar: Unicode.Scalar) -> Int {
        guard (0x20...0x7E).contains(scalar.value) else { return 1000 }
        return widths[Int(scalar.value) - 0x20]
    }

    private var widths: [Int] {
        switch self {
        case .regular: PDFFont.regularWidths
        case .bold: PDFFont.boldWidths
        }
    }

    // Adobe's font metrics of the characters 32 to 126, in thousandths of the size.

    private static let regularWidths = [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556,
        556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667,
        556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556,
        556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722,
        500, 500, 500, 334, 260, 334, 584,
    ]

    private static let boldWidths = [
        278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556,
        556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722,
        611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556,
        611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778,
        556, 556, 500, 389, 280, 389, 584,
    ]
}
