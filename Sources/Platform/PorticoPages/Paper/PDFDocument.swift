/// Sheets of paper as a file: PDF 1.4 with a classic table of references and no object streams, so that the oldest printers
/// take it. The same sheets give the same bytes.
///
/// ```swift
/// var page = PDFPage(width: 210, height: 297)
/// page.draw("SB00001", left: 20, baseline: 30, size: 18, font: .bold)
/// var document = PDFDocument(title: "Labels")
/// document.add(page)
/// let bytes = document.bytes
/// ```
public struct PDFDocument: Sendable {
    /// What a reader's window is called.
    public let title: String
    private var pages: [PDFPage] = []

    /// Numbers of the objects that every document has, before those of its pages.
    private enum Part: Int, CaseIterable {
        case catalog = 1
        case tree, resources, information, regular, bold
    }

    /// A document without pages.
    public init(title: String) {
        self.title = title
    }

    /// Appends a sheet.
    public mutating func add(_ page: PDFPage) {
        pages.append(page)
    }

    /// Number of sheets.
    public var count: Int { pages.count }

    /// The file.
    public var bytes: [UInt8] {
        var file = PDFFile()
        file.append(Part.catalog.rawValue, "<</Type/Catalog/Pages 2 0 R>>")
        let kids = pages.indices.map { "\(PDFDocument.number(of: $0)) 0 R" }.joined(separator: " ")
        file.append(Part.tree.rawValue, "<</Type/Pages/Count \(pages.count)/Kids[\(kids)]>>")
        file.append(Part.resources.rawValue, "<</ProcSet[/PDF/Text]/Font<</F1 5 0 R/F2 6 0 R>>>>")
        file.append(Part.information.rawValue, "<</Title\(PDFDocument.text(title))/Producer(Portico)>>")
        for (part, font) in [(Part.regular, PDFFont.regular), (.bold, .bold)] {
            file.append(
                part.rawValue,
                "<</Type/Font/Subtype/Type1/BaseFont/\(font.rawValue)/Encoding/WinAnsiEncoding>>")
        }
        for (index, page) in pages.enumerated() {
            let number = PDFDocument.number(of: index)
            file.append(
                number,
                "<</Type/Page/Parent 2 0 R/Resources 3 0 R/MediaBox[0 0 \(page.box)]/Contents \(number + 1) 0 R>>")
            file.append(number + 1, stream: page.content)
        }
        return file.closed(root: Part.catalog.rawValue, information: Part.information.rawValue)
    }

    /// The number of a page's object; its content follows it.
    private static func number(of page: Int) -> Int { Part.allCases.count + 1 + 2 * page }

    /// A text of the document's information: UTF-16 in hexadecimal digits, which takes every character (§3.8.1).
    private static func text(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        let hexadecimal = text.utf16.flatMap { unit in
            [12, 8, 4, 0].map { digits[Int(unit >> UInt16($0)) & 15] }
        }
        return "<FEFF\(String(hexadecimal))>"
    }
}

/// The bytes of a document as they are written, with where each object begins.
struct PDFFile {
    // The four bytes after the first line tell programs that move files that this is no text (§3.4.1).
    private var bytes = Array("%PDF-1.4\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
    private var offsets: [Int] = []

    /// Appends the next object; numbers rise by one from 1.
    mutating func append(_ number: Int, _ object: String) {
        offsets.append(bytes.count)
        bytes += "\(number) 0 obj\n\(object)\nendobj\n".utf8
    }

    /// Appends the next object, which is a stream.
    mutating func append(_ number: Int, stream: [UInt8]) {
        offsets.append(bytes.count)
        bytes += "\(number) 0 obj\n<</Length \(stream.count)>>\nstream\n".utf8
        bytes += stream
        bytes += "\nendstream\nendobj\n".utf8
    }

    /// The file with its table of references, whose lines have 20 bytes each (§3.4.3).
    func closed(root: Int, information: Int) -> [UInt8] {
        var file = bytes
        file += "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n".utf8
        for offset in offsets {
            let digits = String(offset)
            file += "\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n".utf8
        }
        file += "trailer\n<</Size \(offsets.count + 1)/Root \(root) 0 R/Info \(information) 0 R>>\n".utf8
        file += "startxref\n\(bytes.count)\n%%EOF\n".utf8
        return file
    }
}
