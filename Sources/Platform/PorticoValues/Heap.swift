import Glibc

/// The memory that the process got from the system for values that come and go.
public enum Heap {
    /// Gives back to the system what is free: for the end of work that took much more than the process usually has. It takes
    /// some milliseconds, on the thread that calls.
    /// - Returns: whether there was anything to give back.
    @discardableResult
    public static func trim() -> Bool { malloc_trim(0) == 1 }
}
