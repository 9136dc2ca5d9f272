/// What tier 2 and the other nodes have not heard yet, because they could not be reached. Bounded: when there is too much,
/// it is replaced by everything.
struct UntoldTags: Sendable {
    private(set) var shared: Set<CacheTag> = []
    private(set) var nodes: Set<CacheTag> = []
    private let most: Int

    init(most: Int) {
        self.most = max(1, most)
    }

    var isEmpty: Bool { shared.isEmpty && nodes.isEmpty }

    mutating func owe(shared tags: Set<CacheTag>) {
        shared.formUnion(tags)
        if shared.count > most { shared = [.everything] }
    }

    mutating func owe(nodes tags: Set<CacheTag>) {
        nodes.formUnion(tags)
        if nodes.count > most { nodes = [.everything] }
    }

    mutating func settle(shared tags: Set<CacheTag>) { shared.subtract(tags) }

    mutating func settle(nodes tags: Set<CacheTag>) { nodes.subtract(tags) }
}
