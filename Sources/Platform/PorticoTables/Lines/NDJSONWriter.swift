import PorticoJSON
import PorticoValues

/// Writes one JSON object a line with all columns, and at last `{"_end":true,"rows":N,"sha256":"…"}` with the digest of all bytes
/// before that line: whoever has it knows that nothing is missing.
public struct NDJSONWriter: TableWriter, ~Copyable {
    private var json = JSONWriter(capacity: 1 << 17)
    private let columns: [String]
    private var column = 0
    private var rows: Int64 = 0
    private var digest = RunningDigest()
    /// The last bytes, once the table has ended.
    private var ending: [UInt8] = []

    /// A table of these columns.
    public init(columns: [String]) {
        self.columns = columns
    }

    /// Bytes that wait.
    public var waiting: Int { json.count + ending.count }

    /// Writes a member with a string.
    public mutating func text(_ bytes: UnsafeRawBufferPointer) {
        beginMember()
        bytes.withMemoryRebound(to: UInt8.self) { json.value(utf8: $0) }
    }

    /// Writes a member with a number.
    public mutating func number(_ value: Int64) {
        beginMember()
        json.value(value)
    }

    /// Writes a member with null.
    public mutating func null() {
        beginMember()
        json.null()
    }

    /// Ends the line.
    public mutating func endRow() {
        while column < columns.count { null() }
        if columns.isEmpty { json.beginObject() }
        json.endObject()
        json.endLine()
        column = 0
        rows += 1
    }

    /// Writes the last line.
    public mutating func finish() {
        // What waits is part of the digest, the last line is not.
        var before = take()
        json.beginObject()
        json.key("_end")
        json.value(true)
        json.key("rows")
        json.value(rows)
        json.key("sha256")
        json.value(digest.value.hexadecimal)
        json.endObject()
        json.endLine()
        before += json.take()
        ending = before
    }

    /// Takes the bytes that wait.
    public mutating func take() -> [UInt8] {
        guard ending.isEmpty else {
            defer { ending = [] }
            return ending
        }
        let bytes = json.take()
        bytes.withUnsafeBytes { digest.update($0) }
        return bytes
    }

    private mutating func beginMember() {
        if column == 0 { json.beginObject() }
        json.key(columns[column])
        column += 1
    }
}
