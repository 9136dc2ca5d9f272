import CLibPQ
import Glibc
import PorticoSQL

/// One result of libpq, freed when it goes.
///
/// `@unchecked Sendable`: libpq does not change a result once it is handed out, and it is apart from its connection.
final class ResultSet: RowSet, @unchecked Sendable {
    /// Fields of an error report (`postgres_ext.h`).
    enum ErrorField: UInt8 {
        case state = 0x43
        case message = 0x4D
        case constraint = 0x6E
        case column = 0x63
        case severity = 0x56
    }

    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }
    var count: Int { Int(PQntuples(pointer)) }

    /// Bytes of memory that the rows take.
    var size: Int { PQresultMemorySize(pointer) }

    /// What the server says it has done: `INSERT 0 3`, `COMMIT`.
    var tag: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

    /// Rows inserted, updated or deleted; 0 for everything else.
    var changedRows: Int {
        guard let tag = PQcmdStatus(pointer) else { return 0 }
        switch UInt8(bitPattern: tag.pointee) {
        // INSERT, UPDATE, MERGE; DELETE but neither DECLARE nor DEALLOCATE, which have no count.
        case 0x49, 0x55, 0x4D, 0x44: return PQcmdTuples(pointer).map { Int(atol($0)) } ?? 0
        default: return 0
        }
    }

    /// Whether the server ends the connection after this error.
    var isFarewell: Bool {
        guard let severity = field(.severity) else { return false }
        return severity != "ERROR"
    }

    func field(_ field: ErrorField) -> String? {
        PQresultErrorField(pointer, Int32(field.rawValue)).map { String(cString: $0) }
    }

    func forEach(limit: Int, _ body: (Row) throws -> Void) throws {
        let cursor = ResultCursor(self)
        let row = Row(cursor)
        for index in 0..<Int32(clamping: min(limit, count)) {
            cursor.row = index
            try body(row)
        }
    }
}

/// The row of a result that is being read. Values came as text; they are read in place.
final class ResultCursor: RowSource {
    /// Index of the row.
    var row: Int32 = 0
    private let result: ResultSet

    init(_ result: ResultSet) {
        self.result = result
    }

    var columnCount: Int { Int(PQnfields(result.pointer)) }

    func isNull(_ column: Int) -> Bool {
        PQgetisnull(result.pointer, row, Int32(clamping: column)) == 1
    }

    func integer(_ column: Int) throws -> Int64 {
        let type = type(column)
        let text = raw(column)
        switch type {
        case TypeID.int8, TypeID.int4, TypeID.int2, TypeID.oid, TypeID.numeric:
            // A sum of BIGINT is NUMERIC, and still a whole number.
            guard let number = Decimal.integer(text) else { throw mismatch(column, type, "a 64-bit integer") }
            return number
        case TypeID.bool: return text.first == 0x74 ? 1 : 0
        default: throw mismatch(column, type, "an integer")
        }
    }

    func double(_ column: Int) throws -> Double {
        let type = type(column)
        switch type {
        case TypeID.float8, TypeID.float4, TypeID.numeric, TypeID.int8, TypeID.int4, TypeID.int2:
            guard let start = PQgetvalue(result.pointer, row, Int32(clamping: column)) else { return 0 }
            return strtod(start, nil)
        default: throw mismatch(column, type, "a real")
        }
    }

    func text(_ column: Int) throws -> String {
        let type = type(column)
        switch type {
        case TypeID.int8, TypeID.int4, TypeID.int2, TypeID.float8, TypeID.float4, TypeID.bool, TypeID.bytea:
            throw mismatch(column, type, "text")
        default: return String(decoding: raw(column), as: UTF8.self)
        }
    }

    func bytes(_ column: Int) throws -> [UInt8] {
        let type = type(column)
        guard type == TypeID.bytea else { throw mismatch(column, type, "bytes") }
        return Hex.decoded(raw(column))
    }

    func withBytes<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch type(column) {
        case TypeID.int8, TypeID.int4, TypeID.int2, TypeID.float8, TypeID.float4, TypeID.bool:
            try body(UnsafeRawBufferPointer(start: nil, count: 0))
        case TypeID.bytea: try Hex.decoded(raw(column)).withUnsafeBytes(body)
        default: try body(raw(column))
        }
    }

    func value(_ column: Int) throws -> SQLValue {
        guard !isNull(column) else { return .null }
        switch type(column) {
        case TypeID.int8, TypeID.int4, TypeID.int2, TypeID.oid, TypeID.bool: return .integer(try integer(column))
        case TypeID.float8, TypeID.float4: return .real(try double(column))
        case TypeID.bytea: return .blob(try bytes(column))
        default: return .text(try text(column))
        }
    }

    private func type(_ column: Int) -> Oid {
        PQftype(result.pointer, Int32(clamping: column))
    }

    /// The value as the server wrote it; empty when null.
    private func raw(_ column: Int) -> UnsafeRawBufferPointer {
        let index = Int32(clamping: column)
        guard let start = PQgetvalue(result.pointer, row, index) else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result.pointer, row, index)))
    }

    private func mismatch(_ column: Int, _ type: Oid, _ wanted: String) -> SQLError {
        SQLError(.unexpectedValue, message: "column \(column) holds \(ResultCursor.name(of: type)), not \(wanted)")
    }

    private static func name(of type: Oid) -> String {
        switch type {
        case TypeID.int8, TypeID.int4, TypeID.int2: "an integer"
        case TypeID.float8, TypeID.float4: "a real"
        case TypeID.numeric: "a decimal number"
        case TypeID.bool: "a truth value"
        case TypeID.bytea: "bytes"
        default: "text"
        }
    }
}

/// Numbers as the server writes them.
enum Decimal {
    /// A whole number, or nil when it has a fraction, is none, or does not fit.
    static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard let first = text.first else { return nil }
        let isNegative = first == 0x2D
        var value: Int64 = 0
        for byte in isNegative ? text.dropFirst() : text[...] {
            guard byte &- 0x30 < 10 else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            // Counting downwards reaches the lowest number, which has no positive twin.
            let (difference, underflows) = product.subtractingReportingOverflow(Int64(byte &- 0x30))
            if overflows || underflows { return nil }
            value = difference
        }
        if isNegative { return text.count > 1 ? value : nil }
        return value == .min ? nil : -value
    }
}

/// Bytes as `\x` and two digits each, the server's text form of BYTEA.
enum Hex {
    static func decoded(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        let count = (text.count - 2) / 2
        // All empty arrays are one, and making one of a buffer writes to it.
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                buffer[index] = nibble(text[2 + 2 * index]) << 4 | nibble(text[3 + 2 * index])
            }
            initialized = count
        }
    }

    static func append(_ bytes: [UInt8], to buffer: inout [UInt8]) {
        for byte in bytes {
            buffer.append(digit(byte >> 4))
            buffer.append(digit(byte & 15))
        }
    }

    private static func nibble(_ character: UInt8) -> UInt8 {
        character <= 0x39 ? character &- 0x30 : (character | 0x20) &- 0x57
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }
}
