import Foundation
import PorticoValues
import Testing

@Suite("Heap")
struct HeapTests {
    /// The thread sanitizer brings an allocator of its own, which has nothing to give back.
    private static let isSanitized = dlsym(nil, "__tsan_init") != nil

    @Test("gives back what was used and is free", .disabled(if: isSanitized, "the sanitizer's allocator"))
    func trims() {
        var kept: [[UInt8]] = []
        for number in 0..<20_000 {
            let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3000)
            // Some stay, so that what is free lies between them.
            if number.isMultiple(of: 100) { kept.append(value) }
        }
        #expect(Heap.trim())
        #expect(kept.count == 200)
    }
}
