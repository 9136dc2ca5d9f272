/// Writes text with separated values (RFC 4180): UTF-8 with a byte-order mark, a header, CRLF, nothing for null.
///
/// A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, tab or carriage return for a formula; such texts get a `'`
/// in front. Numbers are not texts and stay as they are.
public struct CSVWriter: TableWriter {
    private var buffer: [UInt8] = [0xEF, 0xBB, 0xBF]
    private let columns: Int
    private var column = 0

    /// A table with a header.
    public init(columns: [String]) {
        self.columns = columns.count
        buffer.reserveCapacity(1 << 17)
        for name in columns {
            separate()
            name.utf8.withContiguousStorageIfAvailable { write(UnsafeRawBufferPointer($0)) }
                ?? Array(name.utf8).withUnsafeBytes { write($0) }
        }
        end()
    }

    /// Bytes that wait.
    public var waiting: Int { buffer.count }

    /// Writes a text, quoted where it must be.
    public mutating func text(_ bytes: UnsafeRawBufferPointer) {
        separate()
        write(bytes)
    }

    /// Writes digits.
    public mutating func number(_ value: Int64) {
        separate()
        Decimal.append(value, to: &buffer)
    }

    /// Writes an empty field.
    public mutating func null() {
        separate()
    }

    /// Ends the row.
    public mutating func endRow() {
        while column < columns { separate() }
        end()
    }

    /// Nothing follows the last row.
    public mutating func finish() {}

    /// Takes the bytes that wait.
    public mutating func take() -> [UInt8] {
        defer { buffer.removeAll(keepingCapacity: true) }
        return Array(buffer)
    }

    private mutating func separate() {
        if column > 0 { buffer.append(0x2C) }
        column += 1
    }

    private mutating func end() {
        buffer.append(0x0D)
        buffer.append(0x0A)
        column = 0
    }

    private mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let isFormula = CSVWriter.startsFormula(first)
        guard isFormula || bytes.contains(where: CSVWriter.isSpecial) else { return buffer.append(contentsOf: bytes) }
        let isQuoted = bytes.contains(where: CSVWriter.isSpecial)
        if isQuoted { buffer.append(0x22) }
        if isFormula { buffer.append(0x27) }
        for byte in bytes {
            if byte == 0x22 { buffer.append(0x22) }
            buffer.append(byte)
        }
        if isQuoted { buffer.append(0x22) }
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == 0x22 || byte == 0x2C || byte == 0x0A || byte == 0x0D || byte == 0x09 || byte == 0x3B
    }

    /// `=`, `+`, `-`, `@`, tab, carriage return.
    static func startsFormula(_ byte: UInt8) -> Bool {
        [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains(byte)
    }
}
