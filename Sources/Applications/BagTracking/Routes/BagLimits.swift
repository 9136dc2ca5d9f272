import Portico

/// How often one user may do what.
enum BagLimits {
    /// Single scans, at the speed of a hand-held scanner. They pass while the shared counters are away: packing does not
    /// wait for a counter.
    static let scan = LimitClass("scan", quota: 3000, windowSeconds: 60, burst: 300, onStoreFailure: .admit)
    /// Queues of scans made offline; they are scans.
    static let batch = LimitClass("batch", quota: 120, windowSeconds: 60, burst: 20, onStoreFailure: .admit)
    /// Single things and lists.
    static let read = LimitClass("read", quota: 3000, windowSeconds: 60, burst: 300)
    /// Searching by any code or lot.
    static let search = LimitClass("search", quota: 600, windowSeconds: 60, burst: 100)
    /// Corrections and documents.
    static let write = LimitClass("write", quota: 600, windowSeconds: 60, burst: 100)
    /// Imports, exports and label sheets.
    static let bulk = LimitClass("bulk", quota: 240, windowSeconds: 3600, burst: 60)
    /// People, areas, product types, webhooks.
    static let admin = LimitClass("admin", quota: 600, windowSeconds: 60, burst: 100)
}
