/// How often something was asked for lately, estimated for far more keys than are stored: a count-min sketch of 4-bit
/// counters that halve from time to time (Einziger, Friedman, Manes: TinyLFU). The four counters of a key lie in one block
/// of 64 bytes, so that counting touches one cache line.
@usableFromInline
struct FrequencySketch: Sendable {
    /// Words of 16 counters, eight to a block.
    @usableFromInline var words: ContiguousArray<UInt64>
    @usableFromInline var blockMask: Int
    @usableFromInline var additions = 0
    /// Additions after which all counters halve.
    @usableFromInline var period: Int

    /// Words for each stored key, of 16 counters: the fewer keys share a counter, the fewer rare ones seem frequent.
    private static let wordsPerEntry = 4
    /// Additions for each word between two halvings.
    private static let additionsPerWord = 5

    /// A sketch for about so many stored keys.
    init(entries: Int) {
        var size = 8
        while size < entries * FrequencySketch.wordsPerEntry { size *= 2 }
        words = ContiguousArray(repeating: 0, count: size)
        blockMask = size / 8 - 1
        period = FrequencySketch.additionsPerWord * size
    }

    /// What it takes in memory.
    var bytes: Int { words.count * MemoryLayout<UInt64>.stride }

    /// Grows with the store. What was counted is forgotten, which does no harm while nothing is evicted yet.
    mutating func adapt(to entries: Int) {
        guard entries * FrequencySketch.wordsPerEntry > words.count else { return }
        self = FrequencySketch(entries: entries * 2)
    }

    /// Counts one request.
    @inlinable @inline(__always)
    mutating func increment(_ hash: UInt64) {
        let mixed = FrequencySketch.mix(hash)
        let block = (Int(truncatingIfNeeded: mixed) & blockMask) &* 8
        var bits = mixed >> 32
        var hasGrown = false
        for row in 0..<4 {
            // Two words for each row, sixteen counters in each word.
            let index = block &+ row &* 2 &+ Int(truncatingIfNeeded: bits & 1)
            let shift = ((bits >> 1) & 15) << 2
            let word = words[index]
            if (word >> shift) & 15 != 15 {
                words[index] = word &+ (1 << shift)
                hasGrown = true
            }
            bits >>= 8
        }
        guard hasGrown else { return }
        additions &+= 1
        if additions >= period { halve() }
    }

    /// The estimate, 0…15.
    func frequency(_ hash: UInt64) -> Int {
        let mixed = FrequencySketch.mix(hash)
        let block = (Int(truncatingIfNeeded: mixed) & blockMask) &* 8
        var bits = mixed >> 32
        var least: UInt64 = 15
        for row in 0..<4 {
            let index = block &+ row &* 2 &+ Int(truncatingIfNeeded: bits & 1)
            least = min(least, (words[index] >> (((bits >> 1) & 15) << 2)) & 15)
            bits >>= 8
        }
        return Int(least)
    }

    @usableFromInline
    mutating func halve() {
        for index in words.indices { words[index] = (words[index] >> 1) & 0x7777_7777_7777_7777 }
        additions /= 2
    }

    /// Forgets everything.
    mutating func clear() {
        for index in words.indices { words[index] = 0 }
        additions = 0
    }

    @inlinable @inline(__always)
    static func mix(_ hash: UInt64) -> UInt64 {
        let mixed = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 29)
    }
}
