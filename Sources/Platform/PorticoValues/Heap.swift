import Glibc

/// The memory that the process got from the system for values that come and go.
public enum Heap {
    /// Gives back to the system what is free: for the end of work that took much more than the process usually has. It takes
    /// some milliseconds, on the thread that calls.
    /// - Returns: whether there was anything to give back.
    @discardableResult
    public static func trim() -> Bool { give?(0) == 1 }

    /// Has the allocator keep little of what is free, for the start of a program that runs for long.
    ///
    /// Of its own accord glibc has eight heaps for each core, and what one thread has freed in its own serves no other. It also
    /// raises both limits as blocks of up to 32 MiB are freed, and keeps as much at the end of each heap (mallopt(3),
    /// `M_ARENA_MAX`, `M_MMAP_THRESHOLD` and `M_TRIM_THRESHOLD`).
    public static func keepLittle() {
        guard let set = dlsym(nil, "mallopt") else { return }
        let option = unsafeBitCast(set, to: (@convention(c) (_ name: Int32, _ value: Int32) -> Int32).self)
        _ = option(trimThreshold, 1 << 20)
        _ = option(mapThreshold, 1 << 20)
        _ = option(mostHeaps, max(2, Int32(clamping: sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    }

    /// Bytes that may be free at the end of a heap, and those from which on a block is taken from the system by itself.
    private static let (trimThreshold, mapThreshold): (Int32, Int32) = (-1, -3)
    /// The most heaps.
    private static let mostHeaps: Int32 = -8

    /// glibc's `malloc_trim`, which its module does not declare; other libraries may have none.
    private static let give = dlsym(nil, "malloc_trim").map {
        unsafeBitCast($0, to: (@convention(c) (_ kept: Int) -> Int32).self)
    }
}
