import CLibPQ
import PorticoSQL

/// Object identifiers of the built-in types that are told apart here (`pg_type.dat` of the server's sources).
enum TypeID {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let oid: Oid = 26
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let numeric: Oid = 1700
    /// The server infers the type from where the parameter stands.
    static let inferred: Oid = 0
}

/// The parameters of one statement as libpq takes them, in memory that is used again for the next.
///
/// Numbers and bytes travel in binary with their type declared. Text and null travel untyped, so that text also fits a
/// date, a UUID or JSON.
struct ParameterBuffer {
    /// Declared types.
    private(set) var types: [Oid] = []
    private var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    /// Takes values. They were found storable before.
    mutating func fill(_ values: [SQLValue]) {
        types.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        for value in values { append(value) }
    }

    /// Gives the parameters to `body`; the pointers are valid inside it.
    mutating func withPointers<Value>(
        _ body: (
            _ count: Int32, _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
            _ formats: UnsafePointer<Int32>?
        ) -> Value
    ) -> Value {
        guard !starts.isEmpty else { return body(0, nil, nil, nil) }
        pointers.removeAll(keepingCapacity: true)
        return bytes.withUnsafeBytes { memory in
            let base = memory.baseAddress?.assumingMemoryBound(to: CChar.self)
            for start in starts { pointers.append(start < 0 ? nil : base.map { $0 + start }) }
            return body(Int32(starts.count), pointers, lengths, formats)
        }
    }

    private mutating func append(_ value: SQLValue) {
        let start = bytes.count
        switch value {
        case .null:
            finish(TypeID.inferred, start: -1, format: 0)
            return
        case .integer(let number):
            appendBigEndian(UInt64(bitPattern: number))
            finish(TypeID.int8, start: start, format: 1)
        case .real(let number):
            appendBigEndian(number.bitPattern)
            finish(TypeID.float8, start: start, format: 1)
        case .text(let text):
            bytes.append(contentsOf: text.utf8)
            finish(TypeID.inferred, start: start, format: 0)
        case .blob(let blob):
            bytes.append(contentsOf: blob)
            finish(TypeID.bytea, start: start, format: 1)
        }
        // Ends text, and gives an empty blob an address.
        bytes.append(0)
    }

    private mutating func finish(_ type: Oid, start: Int, format: Int32) {
        types.append(type)
        starts.append(start)
        lengths.append(start < 0 ? 0 : Int32(clamping: bytes.count - start))
        formats.append(format)
    }

    private mutating func appendBigEndian(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
