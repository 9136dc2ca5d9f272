import Glibc

/// The memory that the process got from the system for values that come and go.
public enum Heap {
    /// Gives back to the system what is free: for the end of work that took much more than the process usually has. It takes
    /// some milliseconds, on the thread that calls.
    /// - Returns: whether there was anything to give back.
    @discardableResult
    public static func trim() -> Bool { give?(0) == 1 }

    /// glibc's `malloc_trim`, which its module does not declare; other libraries may have none.
    private static let give = dlsym(nil, "malloc_trim").map {
        unsafeBitCast($0, to: (@convention(c) (_ kept: Int) -> Int32).self)
    }
}
