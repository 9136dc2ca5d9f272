/// Reads text with separated values (RFC 4180), in UTF-8 with or without a byte-order mark.
///
/// The separator is the one of comma, semicolon and tab that the first line has most of. Lines end with CRLF, LF or CR. A quote
/// inside a field that does not begin with one is text.
public final class CSVReader: TableReader {
    /// The most bytes a row may have: more means that a quote is missing.
    static let longestRow = 1 << 20
    private static let bufferSize = 1 << 16
    private static let mostColumns = 1024

    private let source: any ByteSource
    private let separator: UInt8
    private var buffer: [UInt8] = []
    /// Place of the next byte in the buffer.
    private var position = 0
    /// Place in the source behind the buffer.
    private var offset: Int
    private var number = 0
    private var field: [UInt8] = []

    /// A reader over a file.
    /// - Throws: ``TableError`` `.storage`.
    public init(_ source: any ByteSource) throws(TableError) {
        self.source = source
        let head = try source.read(at: 0, count: CSVReader.bufferSize)
        offset = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        separator = CSVReader.separator(of: head)
    }

    /// The next row, or nil after the last.
    /// - Throws: ``TableError`` `.damaged` for bytes that are no UTF-8 and for quotes that do not end.
    public func next() throws(TableError) -> TableRow? {
        guard try fill() else { return nil }
        number += 1
        var cells: [TableCell] = []
        var size = 0
        while true {
            let end = try readField(size)
            size += field.count
            guard let text = String(validating: field, as: UTF8.self) else {
                throw TableError(.damaged, "Row \(number) is not UTF-8. Save the file as “CSV UTF-8”.")
            }
            if cells.count < CSVReader.mostColumns { cells.append(TableCell(text)) }
            guard end == .field else { return TableRow(sheet: nil, number: number, cells: cells) }
        }
    }

    private enum End {
        case field, row
    }

    /// Reads one field and what ends it.
    private func readField(_ before: Int) throws(TableError) -> End {
        field.removeAll(keepingCapacity: true)
        if try fill(), buffer[position] == CSVReader.quote {
            position += 1
            try readQuoted(before)
        }
        while try fill() {
            takeRun { $0 == self.separator || $0 == CSVReader.newLine || $0 == CSVReader.carriageReturn }
            try checkLength(before)
            guard position < buffer.count else { continue }
            let byte = buffer[position]
            position += 1
            if byte == separator { return .field }
            if byte == CSVReader.carriageReturn, try fill(), buffer[position] == CSVReader.newLine { position += 1 }
            return .row
        }
        return .row
    }

    /// Reads up to the quote that ends the field.
    private func readQuoted(_ before: Int) throws(TableError) {
        while try fill() {
            takeRun { $0 == CSVReader.quote }
            try checkLength(before)
            guard position < buffer.count else { continue }
            position += 1
            guard try fill(), buffer[position] == CSVReader.quote else { return }
            field.append(CSVReader.quote)
            position += 1
        }
        throw TableError(.damaged, "Row \(number) begins a quoted field that does not end.")
    }

    /// Takes the bytes up to the first that `ends` them.
    private func takeRun(until ends: (UInt8) -> Bool) {
        let start = position
        let length = buffer.withUnsafeBufferPointer { bytes in
            var index = start
            while index < bytes.count, !ends(bytes[index]) { index += 1 }
            field.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
            return index - start
        }
        position += length
    }

    private func checkLength(_ before: Int) throws(TableError) {
        guard before + field.count > CSVReader.longestRow else { return }
        throw TableError(.damaged, "Row \(number) is longer than 1 MiB; a closing quote may be missing.")
    }

    /// Whether there is another byte, which is then in the buffer.
    private func fill() throws(TableError) -> Bool {
        if position < buffer.count { return true }
        buffer = try source.read(at: offset, count: CSVReader.bufferSize)
        offset += buffer.count
        position = 0
        return !buffer.isEmpty
    }

    private static func separator(of head: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in head {
            if byte == quote { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == newLine || byte == carriageReturn { break }
            if separators.contains(byte) { counts[byte, default: 0] += 1 }
        }
        let most = counts.values.max() ?? 0
        return separators.first { counts[$0] == most } ?? 0x2C
    }

    private static let separators: [UInt8] = [0x2C, 0x3B, 0x09]
    private static let quote: UInt8 = 0x22
    private static let newLine: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D
}
