import CSQLite
import PorticoSQL

/// The row a statement stands on, read in place.
struct SQLiteRow: RowSource {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    var columnCount: Int { Int(sqlite3_data_count(pointer)) }

    func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL
    }

    func integer(_ column: Int) throws -> Int64 {
        try expect(SQLITE_INTEGER, column)
        return sqlite3_column_int64(pointer, Int32(column))
    }

    func double(_ column: Int) throws -> Double {
        if sqlite3_column_type(pointer, Int32(column)) != SQLITE_INTEGER { try expect(SQLITE_FLOAT, column) }
        return sqlite3_column_double(pointer, Int32(column))
    }

    func text(_ column: Int) throws -> String {
        try expect(SQLITE_TEXT, column)
        return withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    func bytes(_ column: Int) throws -> [UInt8] {
        try expect(SQLITE_BLOB, column)
        return withBytes(column) { Array($0) }
    }

    func withBytes<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let index = Int32(column)
        let start: UnsafeRawPointer?
        switch sqlite3_column_type(pointer, index) {
        case SQLITE_TEXT: start = UnsafeRawPointer(sqlite3_column_text(pointer, index))
        case SQLITE_BLOB: start = sqlite3_column_blob(pointer, index)
        default: start = nil
        }
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(pointer, index))
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    func value(_ column: Int) throws -> SQLValue {
        switch sqlite3_column_type(pointer, Int32(column)) {
        case SQLITE_INTEGER: .integer(try integer(column))
        case SQLITE_FLOAT: .real(try double(column))
        case SQLITE_TEXT: .text(try text(column))
        case SQLITE_BLOB: .blob(try bytes(column))
        default: .null
        }
    }

    private func expect(_ type: Int32, _ column: Int) throws {
        let found = sqlite3_column_type(pointer, Int32(column))
        guard found != type else { return }
        throw SQLError(.unexpectedValue, message: "column \(column) holds \(Self.name(found)), not \(Self.name(type))")
    }

    private static func name(_ type: Int32) -> String {
        switch type {
        case SQLITE_INTEGER: "an integer"
        case SQLITE_FLOAT: "a real"
        case SQLITE_TEXT: "text"
        case SQLITE_BLOB: "bytes"
        default: "null"
        }
    }
}
