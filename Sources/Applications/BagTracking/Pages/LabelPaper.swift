import Portico

/// Labels on paper (rule R43): the QR code on the left, the code and its words on the right.
struct LabelPaper: Sendable {
    let layout: LabelLayout

    /// Free space at the edges of a label and between its parts, in millimetres.
    private static let padding = 2.0
    /// Free space on the right, where many printers reach no further.
    private static let margin = 4.0
    /// The smallest letters a code may have, in points.
    private static let smallestCode = 14.0
    /// Millimetres of a point.
    private static let point = 25.4 / 72

    /// The file.
    func document(_ labels: [Label]) -> [UInt8] {
        var document = PDFDocument(title: "Labels")
        for start in stride(from: 0, to: labels.count, by: layout.perPage) {
            var page = PDFPage(width: layout.page.width, height: layout.page.height)
            for (place, label) in labels[start..<min(start + layout.perPage, labels.count)].enumerated() {
                draw(label, at: place, on: &page)
            }
            document.add(page)
        }
        return document.bytes
    }

    private func draw(_ label: Label, at place: Int, on page: inout PDFPage) {
        let (left, top) = layout.corner(of: place)
        let (width, height) = layout.label
        let side = min(height - 2 * LabelPaper.padding, width / 2)
        if let square = QRCode(label.code.text, label: label.code.text) {
            page.draw(square, left: left + LabelPaper.padding, top: top + (height - side) / 2, side: side)
        }
        let indent = 2 * LabelPaper.padding + side
        write(label, left: left + indent, middle: top + height / 2, width: width - indent - LabelPaper.margin, &page)
    }

    /// The code and its words as a block whose middle is that of the label.
    private func write(_ label: Label, left: Double, middle: Double, width: Double, _ page: inout PDFPage) {
        let (parts, size) = code(label.code.text, width: width)
        let words = label.lines(draws: PDFFont.draws)
        let wordSize = layout == .small ? 9.0 : 13.0
        let leading = 1.25 * LabelPaper.point
        let block = (Double(parts.count) * size + Double(words.count) * wordSize) * leading
        var line = middle - block / 2
        for part in parts {
            line += size * leading
            page.draw(part, left: left, baseline: line - 0.3 * size * LabelPaper.point, size: size, font: .bold)
        }
        for word in words {
            line += wordSize * leading
            let text = PDFFont.regular.fitting(word, width: width / LabelPaper.point, size: wordSize)
            page.draw(text, left: left, baseline: line - 0.2 * wordSize * LabelPaper.point, size: wordSize)
        }
    }

    /// The code in letters as large as one line allows; one that is too long for the smallest stands on several lines.
    private func code(_ text: String, width: Double) -> (lines: [String], size: Double) {
        let points = width / LabelPaper.point
        let fitting = points / PDFFont.bold.width(of: text, size: 1)
        let size = min(fitting.rounded(.down), layout == .small ? 18 : 26)
        guard size < LabelPaper.smallestCode else { return ([text], size) }
        return (LabelPaper.lines(of: text, width: points), LabelPaper.smallestCode)
    }

    /// A code in smallest letters on several lines: broken behind hyphens and colons where that does, else evenly.
    static func lines(of text: String, width: Double) -> [String] {
        func fits(_ line: String) -> Bool { PDFFont.bold.width(of: line, size: smallestCode) <= width }
        var broken = [""]
        for character in text {
            broken[broken.count - 1].append(character)
            if character == "-" || character == ":" { broken.append("") }
        }
        let joined = broken.reduce(into: [String]()) { lines, part in
            if let last = lines.last, fits(last + part) { lines[lines.count - 1] += part } else { lines.append(part) }
        }
        if joined.allSatisfy(fits) { return joined }
        let characters = Array(text)
        let even = (2...characters.count).lazy.map { count -> [String] in
            let length = (characters.count + count - 1) / count
            return stride(from: 0, to: characters.count, by: length).map { start in
                String(characters[start..<min(start + length, characters.count)])
            }
        }
        return even.first { $0.allSatisfy(fits) } ?? characters.map { String($0) }
    }
}
