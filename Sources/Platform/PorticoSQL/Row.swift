/// The columns of the row that a statement stands on. Valid only inside the closure that receives it.
///
/// ```swift
/// let bag = try Bag(id: row[0], code: row[1], sscc: row[2])
/// ```
public struct Row {
    private let source: any RowSource

    /// A row of an engine.
    public init(_ source: any RowSource) {
        self.source = source
    }

    /// Column `column`, counted from 0, as the type that is asked for.
    /// - Throws: ``SQLError`` when the column is null and the type is not optional, or holds something else.
    public subscript<Value: SQLReadable>(column: Int) -> Value {
        get throws { try Value.read(self, column) }
    }

    /// Number of columns.
    public var columnCount: Int { source.columnCount }

    /// Whether the column is null.
    public func isNull(_ column: Int) -> Bool { source.isNull(column) }

    /// Gives the column's bytes to `body` without copying them: UTF-8 of text, or a blob; empty when null.
    public func withBytes<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try source.withBytes(column, body)
    }

    /// The column as the engine stores it.
    public func value(_ column: Int) throws -> SQLValue { try source.value(column) }

    func notNull(_ column: Int) throws -> any RowSource {
        guard !source.isNull(column) else {
            throw SQLError(.unexpectedNull, message: "column \(column) is null")
        }
        return source
    }
}

/// What an engine lets a ``Row`` read. Columns are counted from 0 and not null except where said.
public protocol RowSource {
    /// Number of columns.
    var columnCount: Int { get }
    /// Whether the column is null.
    func isNull(_ column: Int) -> Bool
    /// A whole number.
    func integer(_ column: Int) throws -> Int64
    /// A floating-point number.
    func double(_ column: Int) throws -> Double
    /// Text.
    func text(_ column: Int) throws -> String
    /// Raw bytes.
    func bytes(_ column: Int) throws -> [UInt8]
    /// The bytes of text or a blob in place, empty when null.
    func withBytes<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
    /// The column in the type it is stored with; may be null.
    func value(_ column: Int) throws -> SQLValue
}
