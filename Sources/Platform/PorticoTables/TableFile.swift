/// What a file is, by its content.
public enum TableKind: Sendable, Hashable {
    /// Text with separated values (RFC 4180).
    case csv
    /// A workbook (ISO/IEC 29500), with or without macros.
    case xlsx
}

/// A file that somebody sent as a table.
public struct TableFile: Sendable {
    /// What it is.
    public let kind: TableKind
    private let source: any ByteSource

    /// Looks at the content, not at a name.
    /// - Throws: ``TableError``: `.unsupported` for what is neither, `.damaged` and `.tooDense` for workbooks that can't be
    ///   opened.
    public init(_ source: any ByteSource) throws(TableError) {
        self.source = source
        guard source.count > 0 else { throw TableError(.unsupported, "The file is empty.") }
        let head = try source.read(at: 0, count: 8192)
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            _ = try Workbook(source)
            kind = .xlsx
            return
        }
        guard TableFile.looksLikeText(head) else {
            throw TableError(.unsupported, "The file is neither CSV in UTF-8 nor an Excel workbook (.xlsx).")
        }
        kind = .csv
    }

    /// A reader from the first row on.
    /// - Throws: ``TableError``.
    public func reader() throws(TableError) -> any TableReader {
        switch kind {
        case .csv: try CSVReader(source)
        case .xlsx: try XLSXReader(source)
        }
    }

    /// Text has no NUL and begins with no mark of UTF-16; of its bytes those of the last character may be missing here.
    private static func looksLikeText(_ head: [UInt8]) -> Bool {
        guard !head.contains(0), !head.starts(with: [0xFF, 0xFE]), !head.starts(with: [0xFE, 0xFF]) else {
            return false
        }
        for cut in 0...3 where cut <= head.count {
            if String(validating: head.dropLast(cut), as: UTF8.self) != nil { return true }
        }
        return false
    }
}
