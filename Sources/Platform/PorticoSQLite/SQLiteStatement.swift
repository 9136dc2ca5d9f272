import CSQLite
import PorticoSQL

/// One prepared statement of one connection.
final class SQLiteStatement {
    let pointer: OpaquePointer
    let text: String
    let isReadOnly: Bool
    /// Whether someone stands on a row of it; the same text is then prepared a second time.
    var isBusy = false
    /// When it was last taken, counted in takes of its connection.
    var lastTaken = 0
    private let handle: OpaquePointer

    /// - Throws: ``SQLError``, mostly `.syntax`; also when the text holds more than one statement.
    init(_ handle: OpaquePointer, text: String) throws {
        var prepared: OpaquePointer?
        let (status, isWhole) = text.withUTF8Pointer { bytes, count in
            var tail: UnsafePointer<CChar>?
            let status = sqlite3_prepare_v3(
                handle, bytes, Int32(count), UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, &tail)
            return (status, SQLiteStatement.isBlank(tail, until: bytes + count))
        }
        guard status == SQLITE_OK else { throw SQLError(sqlite: handle, status: status) }
        guard let prepared else { throw SQLError(.syntax, message: "there is no statement in the text") }
        guard isWhole else {
            sqlite3_finalize(prepared)
            throw SQLError(.syntax, message: "the text holds more than one statement")
        }
        self.handle = handle
        self.text = text
        pointer = prepared
        isReadOnly = sqlite3_stmt_readonly(prepared) != 0
    }

    deinit {
        sqlite3_finalize(pointer)
    }

    /// Binds all parameters in order.
    /// - Throws: ``SQLError`` `.syntax` when their number is not that of the placeholders.
    func bind(_ parameters: [SQLValue]) throws {
        let expected = Int(sqlite3_bind_parameter_count(pointer))
        guard expected == parameters.count else {
            throw SQLError(.syntax, message: "\(parameters.count) values for \(expected) placeholders")
        }
        try bind(parameters, after: 0)
    }

    /// Binds values to the placeholders that follow the first `offset`.
    func bind(_ values: [SQLValue], after offset: Int) throws {
        for (index, value) in values.enumerated() {
            let status = bind(value, at: Int32(offset + index + 1))
            guard status == SQLITE_OK else { throw SQLError(sqlite: handle, status: status) }
        }
    }

    /// Goes to the next row.
    /// - Returns: false after the last.
    func step() throws -> Bool {
        let status = sqlite3_step(pointer)
        if status == SQLITE_ROW { return true }
        guard status == SQLITE_DONE else { throw SQLError(sqlite: handle, status: status) }
        return false
    }

    /// Lets go of rows, locks and values.
    func clear() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(pointer, index)
        case .integer(let number): return sqlite3_bind_int64(pointer, index, number)
        case .real(let number): return sqlite3_bind_double(pointer, index, number)
        case .text(let text):
            return text.withUTF8Pointer { bytes, count in
                sqlite3_bind_text64(pointer, index, bytes, UInt64(count), Self.copied, UInt8(SQLITE_UTF8))
            }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(pointer, index, 0) }
            return sqlite3_bind_blob64(pointer, index, bytes, UInt64(bytes.count), Self.copied)
        }
    }

    /// Tells SQLite to copy what is bound (`SQLITE_TRANSIENT`, a cast that C has and Swift does not import).
    private static var copied: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    private static func isBlank(_ tail: UnsafePointer<CChar>?, until end: UnsafePointer<CChar>) -> Bool {
        guard var next = tail else { return true }
        while next < end {
            guard [0x20, 0x09, 0x0A, 0x0D, 0x3B].contains(next.pointee) else { return false }
            next += 1
        }
        return true
    }
}

extension String {
    /// Gives the UTF-8 bytes to `body`, in place for every string that Swift made.
    fileprivate func withUTF8Pointer<Value>(_ body: (UnsafePointer<CChar>, Int) -> Value) -> Value {
        var text = self
        return text.withUTF8 { bytes in
            guard let base = bytes.baseAddress else {
                return [CChar(0)].withUnsafeBufferPointer { body($0.baseAddress!, 0) }
            }
            return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { body($0, bytes.count) }
        }
    }
}
