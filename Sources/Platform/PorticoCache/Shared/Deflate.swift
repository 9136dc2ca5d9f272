import CZlib

/// The zlib format (RFC 1950), for values on their way to tier 2.
enum Deflate {
    /// The bytes compressed, or nil when that makes them no smaller.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var length = compressBound(uLong(bytes.count))
        var output = [UInt8](repeating: 0, count: Int(length))
        let status = compress2(&output, &length, bytes, uLong(bytes.count), 3)
        guard status == Z_OK, Int(length) < bytes.count else { return nil }
        output.removeLast(output.count - Int(length))
        return output
    }

    /// What was compressed, or nil when it is damaged or does not have exactly `count` bytes.
    static func expand(_ bytes: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: max(1, count))
        var length = uLong(count)
        let status = bytes.withUnsafeBufferPointer { input in
            uncompress(&output, &length, input.baseAddress, uLong(input.count))
        }
        guard status == Z_OK, Int(length) == count else { return nil }
        if output.count > count { output.removeLast(output.count - count) }
        return output
    }
}
