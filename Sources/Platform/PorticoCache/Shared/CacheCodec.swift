/// How values of one type become bytes for tier 2 and back.
public struct CacheCodec<Value: Sendable>: Sendable {
    /// The version of the form. Raise it when values of an older program can not be read any more: what carries another
    /// version counts as absent.
    public let version: UInt16
    let encode: @Sendable (Value) throws -> [UInt8]
    let decode: @Sendable ([UInt8]) throws -> Value

    /// A codec. What throws counts as absent when reading, and is not shared when writing.
    public init(
        version: UInt16 = 1, encode: @escaping @Sendable (Value) throws -> [UInt8],
        decode: @escaping @Sendable ([UInt8]) throws -> Value
    ) {
        self.version = version
        self.encode = encode
        self.decode = decode
    }
}

extension CacheCodec<[UInt8]> {
    /// The bytes themselves.
    public static var bytes: CacheCodec { CacheCodec(encode: { $0 }, decode: { $0 }) }
}

extension CacheCodec<String> {
    /// UTF-8.
    public static var text: CacheCodec {
        CacheCodec(encode: { Array($0.utf8) }, decode: { String(decoding: $0, as: UTF8.self) })
    }
}
