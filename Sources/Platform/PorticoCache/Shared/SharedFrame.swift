/// A value as it lies in tier 2: a head of fixed form, the validator, and the value's bytes, compressed from 1 KiB on.
///
/// | bytes | what |
/// |---|---|
/// | 1 | the version of this form |
/// | 1 | 1: compressed, 2: with a validator |
/// | 2 | the version of the codec |
/// | 4 | cost of the load in microseconds |
/// | 8 | for how long the value is kept after it is fresh, in milliseconds |
/// | 4 | bytes before compression |
/// | 2 | bytes of the validator |
///
/// Numbers are big-endian. Nothing in it is a point in time, because the clocks of nodes differ.
struct SharedFrame: Sendable, Hashable {
    private static let version: UInt8 = 1
    private static let headLength = 22
    /// Shorter values are not worth the processor's time.
    static let compressedFrom = 1024
    /// What claims to expand to more is damaged.
    static let largest = 256 << 20

    var codecVersion: UInt16
    var costMicroseconds: UInt32
    var keep: Int64
    var validator: String?
    var body: [UInt8]

    /// The frame as bytes.
    var bytes: [UInt8] {
        let packed = body.count >= SharedFrame.compressedFrom ? Deflate.compress(body) : nil
        let note = validator.map { Array($0.utf8.prefix(Int(UInt16.max))) } ?? []
        var bytes: [UInt8] = [SharedFrame.version, (packed == nil ? 0 : 1) | (validator == nil ? 0 : 2)]
        bytes.reserveCapacity(SharedFrame.headLength + note.count + (packed ?? body).count)
        append(codecVersion, to: &bytes)
        append(costMicroseconds, to: &bytes)
        append(keep, to: &bytes)
        append(UInt32(clamping: body.count), to: &bytes)
        append(UInt16(note.count), to: &bytes)
        bytes += note
        bytes += packed ?? body
        return bytes
    }

    /// The frame behind bytes; nil when they have another form or are damaged.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= SharedFrame.headLength, bytes[0] == SharedFrame.version, bytes[1] < 4 else { return nil }
        codecVersion = SharedFrame.number(bytes[2..<4])
        costMicroseconds = SharedFrame.number(bytes[4..<8])
        keep = SharedFrame.number(bytes[8..<16])
        let count = Int(SharedFrame.number(bytes[16..<20]) as UInt32)
        let start = SharedFrame.headLength + Int(SharedFrame.number(bytes[20..<22]) as UInt16)
        guard keep >= 0, count <= SharedFrame.largest, bytes.count >= start else { return nil }
        validator = nil
        if bytes[1] & 2 != 0 {
            guard let text = String(validating: bytes[SharedFrame.headLength..<start], as: UTF8.self) else {
                return nil
            }
            validator = text
        }
        if bytes[1] & 1 != 0 {
            guard let expanded = Deflate.expand(bytes[start...], count: count) else { return nil }
            body = expanded
        } else {
            guard bytes.count - start == count else { return nil }
            body = Array(bytes[start...])
        }
    }

    init(codecVersion: UInt16, costMicroseconds: UInt32, keep: Int64, validator: String?, body: [UInt8]) {
        self.codecVersion = codecVersion
        self.costMicroseconds = costMicroseconds
        self.keep = keep
        self.validator = validator
        self.body = body
    }

    private func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private static func number<Number: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> Number {
        bytes.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }
}
