/// Values as bytes and back: each with its kind, then the number, or the length and the bytes.
enum ValueBytes {
    private static let malformed = SQLError(.unexpectedValue, message: "the key that came last can't be read")

    /// The bytes of some values.
    static func of(_ values: [SQLValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in values { append(value, to: &bytes) }
        return bytes
    }

    /// Adds a value.
    static func append(_ value: SQLValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0)
        case .integer(let number): append(1, number, to: &bytes)
        case .real(let number): append(2, Int64(bitPattern: number.bitPattern), to: &bytes)
        case .text(let text):
            append(3, Int64(text.utf8.count), to: &bytes)
            bytes += text.utf8
        case .blob(let blob):
            append(4, Int64(blob.count), to: &bytes)
            bytes += blob
        }
    }

    private static func append(_ kind: UInt8, _ number: Int64, to bytes: inout [UInt8]) {
        bytes.append(kind)
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    /// The values that have given the bytes.
    /// - Throws: ``SQLError`` `.unexpectedValue` for others.
    static func values(in bytes: [UInt8]) throws(SQLError) -> [SQLValue] {
        var rest = bytes[...]
        var values: [SQLValue] = []
        while let kind = rest.popFirst() {
            switch kind {
            case 0: values.append(.null)
            case 1: values.append(.integer(try number(&rest)))
            case 2: values.append(.real(Double(bitPattern: UInt64(bitPattern: try number(&rest)))))
            case 3: values.append(.text(String(decoding: try run(&rest), as: UTF8.self)))
            case 4: values.append(.blob(Array(try run(&rest))))
            default: throw malformed
            }
        }
        return values
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) throws(SQLError) -> Int64 {
        guard rest.count >= 8 else { throw malformed }
        defer { rest = rest.dropFirst(8) }
        return Int64(bitPattern: rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    private static func run(_ rest: inout ArraySlice<UInt8>) throws(SQLError) -> ArraySlice<UInt8> {
        let length = try number(&rest)
        guard (0...Int64(rest.count)).contains(length) else { throw malformed }
        defer { rest = rest.dropFirst(Int(length)) }
        return rest.prefix(Int(length))
    }
}
