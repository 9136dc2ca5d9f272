/// Takes an input apart: a few numbers in front, and the rest.
struct InputReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
    }

    var isAtEnd: Bool { bytes.isEmpty }

    /// The next byte; 0 at the end.
    mutating func byte() -> UInt8 {
        bytes.popFirst() ?? 0
    }

    /// Eight bytes as a number, the missing ones 0.
    mutating func number() -> Int64 {
        var number: UInt64 = 0
        for _ in 0..<8 { number = number << 8 | UInt64(byte()) }
        return Int64(bitPattern: number)
    }

    /// Everything that is left.
    mutating func rest() -> [UInt8] {
        defer { bytes = [] }
        return Array(bytes)
    }

    /// Everything that is left as text; bytes that are no UTF-8 are replaced.
    mutating func text() -> String {
        String(decoding: rest(), as: UTF8.self)
    }

    /// Everything up to the next zero byte, which is dropped.
    mutating func piece() -> [UInt8] {
        let piece = Array(bytes.prefix { $0 != 0 })
        bytes = bytes.dropFirst(piece.count + 1)
        return piece
    }
}
