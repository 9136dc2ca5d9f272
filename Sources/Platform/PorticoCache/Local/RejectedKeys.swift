/// Which keys were turned away last, so that one notices those that come back.
///
/// A table in which each key takes the place of whatever stood there; of a key it keeps 32 bits and when it came. Between 4
/// and 16 bytes for each stored value.
struct RejectedKeys: Sendable {
    /// The upper half of the hash, and the number of the rejection; 0 for nothing.
    private var slots: ContiguousArray<UInt64>
    private var mask: Int
    private var count: UInt32 = 0

    /// A table for about so many stored values.
    init(entries: Int = 8) {
        var size = 8
        while size < entries { size *= 2 }
        slots = ContiguousArray(repeating: 0, count: size)
        mask = size - 1
    }

    /// What it takes in memory.
    var bytes: Int { slots.count * MemoryLayout<UInt64>.stride }

    /// Grows with the store. What was noted is forgotten.
    mutating func adapt(to entries: Int) {
        guard entries > slots.count * 2 else { return }
        self = RejectedKeys(entries: entries)
    }

    /// Notes that a key was turned away.
    mutating func note(_ hash: UInt64) {
        count &+= 1
        slots[Int(truncatingIfNeeded: hash) & mask] = (hash >> 32) << 32 | UInt64(count)
    }

    /// Forgets a key.
    /// - Returns: whether it was among the last `reach` that were turned away.
    mutating func take(_ hash: UInt64, reach: Int) -> Bool {
        let index = Int(truncatingIfNeeded: hash) & mask
        let slot = slots[index]
        guard slot != 0, slot >> 32 == hash >> 32 else { return false }
        slots[index] = 0
        return Int(count &- UInt32(truncatingIfNeeded: slot)) < reach
    }
}
