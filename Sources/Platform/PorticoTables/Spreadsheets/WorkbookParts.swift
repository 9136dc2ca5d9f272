/// The parts of a workbook that are not its sheets' rows.
enum WorkbookParts {
    private static let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    private static let document = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let package = "http://schemas.openxmlformats.org/package/2006"
    private static let types = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    /// Stands first, when nobody knows yet how many sheets there will be: every XML part that is not named is a sheet.
    static let contentTypes = """
        \(head)<Types xmlns="\(package)/content-types">\
        <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
        <Default Extension="xml" ContentType="\(types).worksheet+xml"/>\
        <Override PartName="/xl/workbook.xml" ContentType="\(types).sheet.main+xml"/></Types>
        """

    static let relations = """
        \(head)<Relationships xmlns="\(package)/relationships">\
        <Relationship Id="rId1" Type="\(document)/officeDocument" Target="xl/workbook.xml"/></Relationships>
        """

    /// A sheet whose first row stays in sight.
    static let sheetStart = """
        \(head)<worksheet xmlns="\(main)"><sheetViews><sheetView workbookViewId="0">\
        <pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>
        """

    static let sheetEnd = "</sheetData></worksheet>"

    static func workbook(_ names: [String]) -> String {
        let sheets = names.enumerated().map { index, name in
            "<sheet name=\"\(attribute(name))\" sheetId=\"\(index + 1)\" r:id=\"rId\(index + 1)\"/>"
        }
        return """
            \(head)<workbook xmlns="\(main)" xmlns:r="\(document)"><bookViews><workbookView/></bookViews>\
            <sheets>\(sheets.joined())</sheets></workbook>
            """
    }

    static func sheetRelations(_ count: Int) -> String {
        let relations = (1...count).map { number in
            """
            <Relationship Id="rId\(number)" Type="\(document)/worksheet" Target="worksheets/sheet\(number).xml"/>
            """
        }
        return "\(head)<Relationships xmlns=\"\(package)/relationships\">\(relations.joined())</Relationships>"
    }

    private static func attribute(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
