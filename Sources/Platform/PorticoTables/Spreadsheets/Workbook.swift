/// What a workbook consists of: its sheets in their order, and where its strings are.
struct Workbook {
    /// A sheet.
    struct Sheet {
        let name: String
        let entry: ZipDirectory.Entry
    }

    let sheets: [Sheet]
    /// The shared strings, where there are some.
    let strings: ZipDirectory.Entry?
    /// The formats of cells, where there are some.
    let styles: ZipDirectory.Entry?
    /// Whether days are counted from 1904 on.
    let startsIn1904: Bool

    /// Opens a workbook.
    /// - Throws: ``TableError``: `.unsupported` for an archive that is none, `.damaged`, `.tooDense`.
    init(_ source: any ByteSource) throws(TableError) {
        let directory = try ZipDirectory(source)
        let parts = try Relations.read("_rels/.rels", in: directory, source)
        guard let main = parts.target("officeDocument") ?? directory.entry("xl/workbook.xml")?.name,
            let entry = directory.entry(main), main.lowercased().hasSuffix(".xml")
        else { throw TableError(.unsupported, "The archive is no Excel workbook (.xlsx).") }
        let names = SheetNames()
        try XMLReader.read(entry, of: source, names)
        guard names.isWorkbook else { throw TableError(.unsupported, "The archive is no Excel workbook (.xlsx).") }
        let folder = main.split(separator: "/").dropLast().joined(separator: "/")
        let file = main.split(separator: "/").last ?? ""
        let relations = try Relations.read("\(folder)/_rels/\(file).rels", in: directory, source, base: folder)
        let byID = Dictionary(relations.all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var sheets: [Sheet] = []
        var taken: Set<String> = []
        for (name, id) in names.found {
            guard let relation = byID[id] else { throw ZipDirectory.damaged }
            // Sheets of charts and dialogues have no rows.
            guard relation.kind == "worksheet" else { continue }
            guard let entry = directory.entry(relation.target) else { throw ZipDirectory.damaged }
            // One small entry could stand for any number of sheets.
            guard taken.insert(entry.name).inserted else {
                throw TableError(.damaged, "Two sheets of the workbook are the same part of it.")
            }
            sheets.append(Sheet(name: name, entry: entry))
        }
        self.sheets = sheets
        strings = relations.target("sharedStrings").flatMap { directory.entry($0) }
        styles = relations.target("styles").flatMap { directory.entry($0) }
        startsIn1904 = names.startsIn1904
    }
}

/// The names of sheets, with the ids of their relations.
private final class SheetNames: XMLConsumer {
    private static let most = 1000
    private static let longestName = 255

    private(set) var found: [(name: String, id: String)] = []
    private(set) var isWorkbook = false
    private(set) var startsIn1904 = false

    func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(TableError) {
        if name("workbook") { isWorkbook = true }
        if name("workbookPr") { startsIn1904 = ["1", "true"].contains(attributes.text("date1904")) }
        // `sheetId` is another attribute; the one wanted is `id` of the namespace of relations.
        guard name("sheet"), let title = attributes.text("name"), let id = attributes.text("id") else { return }
        guard found.count < SheetNames.most else {
            throw TableError(.tooDense, "The workbook has more than \(SheetNames.most) sheets.")
        }
        guard title.unicodeScalars.count <= SheetNames.longestName else {
            throw TableError(.damaged, "A sheet's name has more than \(SheetNames.longestName) characters.")
        }
        found.append((title, id))
    }

    func end(_ name: XMLName) {}

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}
}

/// Which part stands in which relation to another (ISO/IEC 29500-2 §8.3).
private final class Relations: XMLConsumer {
    private static let most = 10_000

    private(set) var all: [(id: String, kind: String, target: String)] = []
    private let base: String

    private init(base: String) {
        self.base = base
    }

    static func read(
        _ path: String, in directory: ZipDirectory, _ source: any ByteSource, base: String = ""
    ) throws(TableError) -> Relations {
        let relations = Relations(base: base)
        if let entry = directory.entry(path) { try XMLReader.read(entry, of: source, relations) }
        return relations
    }

    /// The first target of a kind.
    func target(_ kind: String) -> String? {
        all.first { $0.kind == kind }?.target
    }

    func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(TableError) {
        guard name("Relationship"), attributes.text("TargetMode") != "External", let id = attributes.text("Id"),
            let type = attributes.text("Type"), let target = attributes.text("Target")
        else { return }
        guard all.count < Relations.most else {
            throw TableError(.tooDense, "The workbook has more than \(Relations.most) parts.")
        }
        all.append((id, String(type.split(separator: "/").last ?? ""), resolved(target)))
    }

    func end(_ name: XMLName) {}

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}

    /// The name of an entry: absolute, or relative to the folder of the part.
    private func resolved(_ target: String) -> String {
        if target.hasPrefix("/") { return String(target.dropFirst()) }
        var path = base.split(separator: "/")
        for step in target.split(separator: "/") {
            switch step {
            case ".": continue
            case "..": _ = path.popLast()
            default: path.append(step)
            }
        }
        return path.joined(separator: "/")
    }
}
