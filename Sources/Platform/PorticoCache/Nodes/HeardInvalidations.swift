/// The latest invalidations that this node has carried out. One that is forgotten is carried out once more than needed,
/// and none ever less than once.
struct HeardInvalidations: Sendable {
    private var names: Set<InvalidationName> = []
    /// The same in the order in which they were heard, as a ring.
    private var order: [InvalidationName] = []
    private var oldest = 0
    private let most: Int

    init(most: Int) {
        self.most = max(1, most)
    }

    var count: Int { names.count }

    func contains(_ name: InvalidationName) -> Bool { names.contains(name) }

    mutating func add(_ name: InvalidationName) {
        guard names.insert(name).inserted else { return }
        guard order.count == most else { return order.append(name) }
        names.remove(order[oldest])
        order[oldest] = name
        oldest = (oldest + 1) % most
    }
}
