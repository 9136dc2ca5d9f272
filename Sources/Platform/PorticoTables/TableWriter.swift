import PorticoValues

/// The formats that tables are written in.
public enum TableFormat: String, Sendable, Hashable, CaseIterable {
    /// One JSON object a line, and a last line with the number of rows and a digest.
    case ndjson
    /// RFC 4180 in UTF-8 with a byte-order mark.
    case csv
    /// A workbook (ISO/IEC 29500).
    case xlsx

    /// What it is called in HTTP.
    public var mediaType: String {
        switch self {
        case .ndjson: "application/x-ndjson"
        case .csv: "text/csv; charset=utf-8"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        }
    }
}

/// Writes a table row by row into a buffer that its owner empties now and then: memory stays flat however long the table is.
///
/// A row is written cell by cell, in the order of the columns; `endRow` fills up what is missing.
public protocol TableWriter: ~Copyable {
    /// A text, given as UTF-8.
    mutating func text(_ bytes: UnsafeRawBufferPointer) throws(TableError)
    /// A whole number.
    mutating func number(_ value: Int64) throws(TableError)
    /// Nothing.
    mutating func null() throws(TableError)
    /// Ends the row.
    mutating func endRow() throws(TableError)
    /// Ends the table.
    mutating func finish() throws(TableError)
    /// Bytes that wait in the buffer, about.
    var waiting: Int { get }
    /// Takes the bytes that wait.
    mutating func take() -> [UInt8]
}

extension TableWriter where Self: ~Copyable {
    /// A text.
    public mutating func text(_ value: String) throws(TableError) {
        try text(Array(value.utf8))
    }

    /// A text, given as UTF-8.
    public mutating func text(_ bytes: [UInt8]) throws(TableError) {
        // The closure of the library throws no particular error.
        let outcome: Result<Void, TableError> = bytes.withUnsafeBytes { raw in
            do throws(TableError) {
                try text(raw)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    /// A point in time: RFC 3339 in UTC.
    public mutating func instant(_ value: Instant) throws(TableError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        value.appendRFC3339(to: &bytes)
        try text(bytes)
    }

    /// A whole table in one piece, for short ones.
    /// - Parameter rows: texts; nil for nothing.
    public mutating func whole(_ rows: [[String?]]) throws(TableError) -> [UInt8] {
        for row in rows {
            for cell in row {
                if let cell { try text(cell) } else { try null() }
            }
            try endRow()
        }
        try finish()
        return take()
    }
}
