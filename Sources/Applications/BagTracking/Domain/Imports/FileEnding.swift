import Portico

/// The ending of a file's name, which has to say what the content is: a person who opens the file again sees the same in
/// it as the import did.
enum FileEnding {
    private static let endings: [(kind: TableKind, texts: [String])] = [
        (.csv, ["csv", "tsv", "txt"]), (.xlsx, ["xlsx", "xlsm"]),
    ]

    /// What is wrong with the name of a file whose content is of a kind; nil when it fits.
    static func complaint(_ name: String, _ kind: TableKind) -> String? {
        let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
        guard let named = endings.first(where: { $0.texts.contains(ending) })?.kind else {
            return "The name of the file must end in .csv, .tsv, .txt, .xlsx or .xlsm."
        }
        guard named != kind else { return nil }
        return kind == .csv
            ? "The name ends in .\(ending), but the file holds separated values and is no workbook. Name it .csv."
            : "The name ends in .\(ending), but the file is an Excel workbook. Name it .xlsx."
    }
}
