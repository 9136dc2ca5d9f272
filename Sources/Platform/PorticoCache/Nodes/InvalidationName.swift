/// One invalidation, named by the node that began it, so that whoever hears of it in several ways outdates values once.
public struct InvalidationName: Sendable, Hashable, CustomStringConvertible {
    /// Bytes of a name in a notice.
    static let size = 16

    /// Random, one for each process: a node that starts again has another.
    let node: UInt64
    /// Its place among those of the process.
    let number: UInt64

    init(node: UInt64, number: UInt64) {
        self.node = node
        self.number = number
    }

    /// The name behind a ``description``; nil when the text has another form.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let node = UInt64(parts[0], radix: 16), let number = UInt64(parts[1], radix: 16) else {
            return nil
        }
        self.init(node: node, number: number)
        guard description == text else { return nil }
    }

    /// Two hexadecimal numbers with a dot between them.
    public var description: String { "\(String(node, radix: 16)).\(String(number, radix: 16))" }

    /// Both numbers, the most significant byte first.
    var bytes: [UInt8] {
        [node, number].flatMap { value in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
        }
    }

    /// The name behind ``size`` bytes.
    init(bytes: some Sequence<UInt8>) {
        var numbers: [UInt64] = [0, 0]
        for (place, byte) in bytes.prefix(InvalidationName.size).enumerated() {
            numbers[place / 8] = numbers[place / 8] << 8 | UInt64(byte)
        }
        self.init(node: numbers[0], number: numbers[1])
    }
}
