@testable import PorticoTables

/// A workbook of sheets by hand.
enum HandmadeWorkbook {
    /// - Parameter sheets: the sheets with their rows; cells of a row from the first column on, empty ones left out.
    static func bytes(_ sheets: [(name: String, rows: [[String]])]) throws -> [UInt8] {
        try bytes(xml: sheets.map { ($0.name, worksheet($0.rows)) })
    }

    /// - Parameters:
    ///   - sheets: the sheets with their XML.
    ///   - styles: the part that says how numbers are shown; none where nil.
    ///   - further: parts that nothing refers to.
    static func bytes(
        xml sheets: [(name: String, xml: String)], styles: String? = nil, further: [(name: String, text: String)] = []
    ) throws -> [UInt8] {
        let names = sheets.enumerated().map { "<sheet name=\"\($1.name)\" id=\"r\($0)\"/>" }.joined()
        var parts = sheets.indices.map { relation("r\($0)", "worksheet", "s\($0).xml") }.joined()
        if styles != nil { parts += relation("styles", "styles", "styles.xml") }
        var entries = [
            ("_rels/.rels", "<Relationships>\(relation("r", "officeDocument", "xl/workbook.xml"))</Relationships>"),
            ("xl/workbook.xml", "<workbook><sheets>\(names)</sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", "<Relationships>\(parts)</Relationships>"),
        ]
        entries += sheets.enumerated().map { ("xl/s\($0).xml", $1.xml) }
        if let styles { entries.append(("xl/styles.xml", styles)) }
        entries += further.map { ($0.name, $0.text) }
        let zip = try ZipWriter()
        for (name, text) in entries {
            zip.begin(name)
            try zip.append { $0 += Array(text.utf8) }
            try zip.end()
        }
        try zip.finish()
        return zip.take()
    }

    /// A small file that unpacks to 32 MiB of white space, more than 200 times its size.
    static func bomb() throws -> [UInt8] {
        try bytes(xml: [("Mon", worksheet([["5000001"]]) + String(repeating: " ", count: 32 << 20))])
    }

    static func worksheet(_ rows: [[String]]) -> String {
        let lines = rows.enumerated().map { number, cells in
            let texts = cells.enumerated().filter { !$1.isEmpty }.map { column, text in
                let letter = Character(Unicode.Scalar(UInt8(0x41 + column)))
                return "<c r=\"\(letter)\(number + 1)\" t=\"inlineStr\"><is><t>\(text)</t></is></c>"
            }
            return "<row r=\"\(number + 1)\">\(texts.joined())</row>"
        }
        return "<worksheet><sheetData>\(lines.joined())</sheetData></worksheet>"
    }

    private static func relation(_ id: String, _ kind: String, _ target: String) -> String {
        let namespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        return "<Relationship Id=\"\(id)\" Type=\"\(namespace)/\(kind)\" Target=\"\(target)\"/>"
    }
}
