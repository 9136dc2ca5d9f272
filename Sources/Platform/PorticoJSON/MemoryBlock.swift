import Synchronization

/// The memory of a writer or a document.
///
/// A few large blocks are kept for the next one: memory fresh from the system costs a page fault for every 4 KiB,
/// which for a long list takes as long as writing half of it.
struct MemoryBlock {
    /// Not bound to a type, and aligned for any.
    let base: UnsafeMutableRawPointer
    let capacity: Int

    /// The whole block as bytes.
    var bytes: UnsafeMutablePointer<UInt8> {
        base.bindMemory(to: UInt8.self, capacity: capacity)
    }

    private static let keptSizes = 64 * 1024...1024 * 1024
    private static let kept = Mutex(Kept())

    /// The blocks that wait. At most 4 MiB in all.
    // They belong to nobody else, and the mutex around this is the only way to them.
    private struct Kept: @unchecked Sendable {
        var blocks: [MemoryBlock] = []
    }

    init(base: UnsafeMutableRawPointer, capacity: Int) {
        self.base = base
        self.capacity = capacity
    }

    /// A block with room for `capacity` bytes or more.
    init(capacity: Int) {
        if Self.keptSizes.contains(capacity), let block = Self.takeKept(capacity) {
            self = block
        } else {
            self.init(base: .allocate(byteCount: capacity, alignment: 16), capacity: capacity)
        }
    }

    /// A larger block with the same first `count` bytes; this one is gone.
    func grown(to capacity: Int, keeping count: Int) -> MemoryBlock {
        let larger = MemoryBlock(capacity: capacity)
        larger.base.copyMemory(from: base, byteCount: count)
        release()
        return larger
    }

    /// Gives the memory back.
    func release() {
        guard Self.keptSizes.contains(capacity), keep() else { return base.deallocate() }
    }

    private func keep() -> Bool {
        Self.kept.withLock { kept in
            guard kept.blocks.count < 4 else { return false }
            kept.blocks.append(self)
            return true
        }
    }

    private static func takeKept(_ capacity: Int) -> MemoryBlock? {
        kept.withLock { kept in
            guard let index = kept.blocks.firstIndex(where: { $0.capacity >= capacity }) else { return nil }
            return kept.blocks.remove(at: index)
        }
    }
}
