import Synchronization

/// A piece of JSON that has been read and found correct.
///
/// Reading is one strict pass (RFC 8259, RFC 3629): it checks everything and notes where each value is. Values are
/// converted when they are asked for.
///
/// ```swift
/// let document = try JSONDocument(parsing: body)
/// guard let code = document.root["code"]?.string else { … }
/// ```
public final class JSONDocument {
    /// The input, followed by zeros so that eight bytes can be read at any position.
    let bytes: UnsafePointer<UInt8>
    let entries: UnsafePointer<JSONTapeEntry>
    /// Where the last look-up ended: the object in the upper half, its member in the lower. Fields are mostly asked for
    /// in the order they come. Any value is safe, so threads need not agree on it.
    let lastFound = Atomic<UInt64>(.max)
    private let input: MemoryBlock
    private let tape: MemoryBlock

    /// Reads `bytes`, which must be one JSON value in UTF-8 with nothing but white space around it.
    ///
    /// Throws ``JSONError`` for anything else, for a byte order mark, for lone surrogates, for numbers beyond a double,
    /// and for containers within more than `depthLimit` others.
    public init(parsing bytes: [UInt8], depthLimit: Int = 64) throws(JSONError) {
        var builder = JSONTapeBuilder(bytes, depthLimit: depthLimit)
        guard builder.read() else {
            throw JSONError(offset: min(builder.position, bytes.count), reason: builder.fault.rawValue)
        }
        (input, tape) = builder.handOver()
        self.bytes = UnsafePointer(input.bytes)
        entries = UnsafePointer(JSONTapeBuilder.entries(of: tape))
    }

    deinit {
        input.release()
        tape.release()
    }

    /// The outermost value.
    public var root: JSONNode {
        JSONNode(document: self, index: 0)
    }
}

// Both blocks are written before the initializer returns and never again; the rest is atomic.
extension JSONDocument: @unchecked Sendable {}
