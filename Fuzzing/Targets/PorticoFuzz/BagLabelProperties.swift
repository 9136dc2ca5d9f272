import PorticoValues

@testable import BagTracking

/// The scanner of printed labels against the three regular expressions it stands for (rule R5).
enum BagLabelProperties {
    static func check(_ input: [UInt8]) {
        let text = String(decoding: input.prefix(200), as: UTF8.self)
        let label = LabelText(text)
        guard let match = text.prefixMatch(of: code) else {
            return expect(label == nil, "no label: \(text.debugDescription)")
        }
        let rest = text[match.range.upperBound...]
        expect(label?.code == String(match.output.1), "the code of \(text.debugDescription)")
        let lot = rest.firstMatch(of: lot).map { String($0.output.1) }
        expect(label?.lot == lot, "the lot of \(text.debugDescription): \(label?.lot ?? "-"), \(lot ?? "-")")
        let date = rest.firstMatch(of: date).map { String($0.output.1) }
        expect(label?.dateOfTest == date, "the date of \(text.debugDescription)")
        if let date, let day = TestDate.parse(date) { expect(TestDate.parse(day.text) == day, "a day comes back") }
    }

    private static var code: Regex<(Substring, Substring)> {
        #/LABEL\s*NO\.?\s*:?\s*([0-9]{4,17})(?=\s|$)/#.matchingSemantics(.unicodeScalar)
    }

    // A label that ends behind the sign has no value, not even the sign's own marks.
    private static var lot: Regex<(Substring, Substring)> {
        #/\sLOT\s*NO(?!\.?\s*:?\s*$)\.?\s*:?\s*(\S{1,40})/#.matchingSemantics(.unicodeScalar)
    }

    private static var date: Regex<(Substring, Substring)> {
        #/\sD\.?O\.?T(?!\.?\s*:?\s*$)\.?\s*:?\s*(\S{6,10})/#.matchingSemantics(.unicodeScalar)
    }
}
