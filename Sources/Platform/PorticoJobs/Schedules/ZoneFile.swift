/// A zone's changes as the system's files list them (TZif, RFC 8536).
struct ZoneFile: Sendable, Hashable {
    /// Seconds since 1970 of the changes, ascending.
    private let times: [Int64]
    /// Seconds east of UTC from each change on.
    private let offsets: [Int64]
    /// Seconds east of UTC before the first.
    private let initial: Int64
    /// What holds after the last.
    private let rule: PosixZone?

    /// The changes in a file, or nil when its bytes are no zone's.
    init?(_ bytes: [UInt8]) {
        guard var header = Header(bytes, at: 0) else { return nil }
        var width = 4
        if bytes[4] >= 0x32 {
            // The second half holds the same in 64 bits, and the rule.
            guard let second = Header(bytes, at: header.end(width: 4)) else { return nil }
            header = second
            width = 8
        }
        guard header.end(width: width) <= bytes.count, header.types > 0 else { return nil }
        let reader = ZoneReader(bytes: bytes)
        let start = header.start + 44
        let indices = start + header.times * width
        let types = indices + header.times
        let known = (0..<header.types).map { reader.integer(at: types + $0 * 6, width: 4) }
        times = (0..<header.times).map { reader.integer(at: start + $0 * width, width: width) }
        let chosen = (0..<header.times).map { Int(bytes[indices + $0]) }
        guard chosen.allSatisfy({ $0 < known.count }) else { return nil }
        offsets = chosen.map { known[$0] }
        initial = known[0]
        let footer = bytes[min(header.end(width: width), bytes.count)...].split(separator: 0x0A).first
        rule = width == 8 ? footer.flatMap { PosixZone(String(decoding: $0, as: UTF8.self)) } : nil
    }

    /// Seconds east of UTC at a moment, in seconds since 1970.
    func offset(at seconds: Int64) -> Int64 {
        guard let last = times.last else { return rule?.offset(at: seconds) ?? initial }
        if seconds >= last { return rule?.offset(at: seconds) ?? offsets[offsets.count - 1] }
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? initial : offsets[low - 1]
    }
}

/// The counts at the beginning of each half.
private struct Header {
    let start: Int
    let times: Int
    let types: Int
    private let marks: Int
    private let leaps: Int
    private let standards: Int
    private let universals: Int

    init?(_ bytes: [UInt8], at start: Int) {
        guard start >= 0, bytes.count >= start + 44, bytes[start..<start + 4].elementsEqual("TZif".utf8) else {
            return nil
        }
        let reader = ZoneReader(bytes: bytes)
        let counts = (0..<6).map { Int(reader.integer(at: start + 20 + $0 * 4, width: 4)) }
        guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
        self.start = start
        (universals, standards, leaps, times, types, marks) =
            (counts[0], counts[1], counts[2], counts[3], counts[4], counts[5])
    }

    /// Where the half ends when its times have `width` bytes.
    func end(width: Int) -> Int {
        start + 44 + times * (width + 1) + types * 6 + marks + leaps * (width + 4) + standards + universals
    }
}

/// Big-endian integers.
private struct ZoneReader {
    let bytes: [UInt8]

    func integer(at position: Int, width: Int) -> Int64 {
        var value: UInt64 = 0
        for byte in bytes[position..<position + width] { value = value << 8 | UInt64(byte) }
        return width == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }
}
