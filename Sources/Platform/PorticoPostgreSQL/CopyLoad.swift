import CLibPQ
import PorticoSQL

extension PostgreSQLConnection {
    func bulkInsert(into table: String, columns: [String], rows: any Sequence<[SQLValue]>) throws -> Int {
        try open()
        try pipeline.settle()
        if let failure { throw failure }
        let names = columns.map { Identifier.quoted($0) }.joined(separator: ", ")
        let count = try pipeline.outside { handle in
            let load = CopyLoad(handle, width: columns.count)
            // How long it takes is up to whoever makes the rows; the setting travels with the command.
            try load.begin("SET LOCAL statement_timeout = 0; COPY \(Identifier.quoted(table)) (\(names)) FROM STDIN")
            do {
                try load.append(rows)
            } catch {
                load.cancel()
                throw error
            }
            return try load.finish()
        }
        // Goes with the next statement, or with the commit.
        if hasTimeLimit {
            try runLater("limit.restore", SQL(trusted: "SET LOCAL statement_timeout = \(settings.statementTimeout)"))
        }
        return count
    }
}

/// Rows on their way into a table through `COPY … FROM STDIN` in its text format
/// (https://www.postgresql.org/docs/15/sql-copy.html), which fits every column type.
final class CopyLoad {
    private static let chunk = 1 << 16
    private let handle: OpaquePointer
    private let width: Int
    private var buffer: [UInt8] = []

    init(_ handle: OpaquePointer, width: Int) {
        self.handle = handle
        self.width = width
        buffer.reserveCapacity(Self.chunk + 4096)
    }

    /// Starts the load.
    func begin(_ command: String) throws {
        guard let pointer = PQexec(handle, command) else { throw SQLError.lost }
        let result = ResultSet(pointer)
        guard result.status == PGRES_COPY_IN else { throw SQLError(result) }
    }

    /// Sends rows in large pieces.
    /// - Throws: ``SQLError`` for a row that can't be stored, or when the connection is gone.
    func append(_ rows: some Sequence<[SQLValue]>) throws {
        for row in rows {
            guard row.count == width else {
                throw SQLError(.syntax, message: "a row has \(row.count) values for \(width) columns")
            }
            for (index, value) in row.enumerated() {
                if index > 0 { buffer.append(0x09) }
                try append(value)
            }
            buffer.append(0x0A)
            if buffer.count >= Self.chunk { try flush() }
        }
        try flush()
    }

    /// Ends the load.
    /// - Returns: number of rows the server took.
    func finish() throws -> Int {
        guard PQputCopyEnd(handle, nil) == 1 else { throw SQLError.lost }
        let result = try lastResult()
        guard result.status == PGRES_COMMAND_OK else { throw SQLError(result) }
        return PQcmdTuples(result.pointer).map { Int(String(cString: $0)) ?? 0 } ?? 0
    }

    /// Gives the load up; the server then forgets what it got.
    func cancel() {
        guard PQputCopyEnd(handle, "given up") == 1 else { return }
        while let pointer = PQgetResult(handle) { PQclear(pointer) }
    }

    private func lastResult() throws -> ResultSet {
        var first: ResultSet?
        while let pointer = PQgetResult(handle) {
            let result = ResultSet(pointer)
            if first == nil { first = result }
        }
        guard let first else { throw SQLError.lost }
        return first
    }

    private func flush() throws {
        let status = buffer.withUnsafeBytes { bytes in
            PQputCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        guard status == 1 else { throw SQLError.lost }
        buffer.removeAll(keepingCapacity: true)
    }

    private func append(_ value: SQLValue) throws {
        switch value {
        case .null: buffer.append(contentsOf: "\\N".utf8)
        case .integer(let number): buffer.append(contentsOf: String(number).utf8)
        case .real(let number):
            try value.refuseUnstorable()
            buffer.append(contentsOf: number.description.utf8)
        case .text(let text):
            try value.refuseUnstorable()
            for byte in text.utf8 { appendEscaped(byte) }
        case .blob(let bytes):
            buffer.append(contentsOf: "\\\\x".utf8)
            Hex.append(bytes, to: &buffer)
        }
    }

    private func appendEscaped(_ byte: UInt8) {
        switch byte {
        case 0x5C: buffer.append(contentsOf: [0x5C, 0x5C])
        case 0x09: buffer.append(contentsOf: [0x5C, 0x74])
        case 0x0A: buffer.append(contentsOf: [0x5C, 0x6E])
        case 0x0D: buffer.append(contentsOf: [0x5C, 0x72])
        default: buffer.append(byte)
        }
    }
}
