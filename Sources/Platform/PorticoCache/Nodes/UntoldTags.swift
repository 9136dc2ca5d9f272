/// What tier 2 and the other nodes have not heard yet, because they could not be reached or are being told. Bounded: when
/// there is too much, it is replaced by everything.
struct UntoldTags: Sendable {
    /// What tier 2 has not heard, each with the number of the last time that it came to be owed.
    private var debts: [CacheTag: UInt64] = [:]
    private var last: UInt64 = 0
    private(set) var nodes: Set<CacheTag> = []
    private let most: Int

    init(most: Int) {
        self.most = max(1, most)
    }

    var shared: Set<CacheTag> { Set(debts.keys) }
    var isEmpty: Bool { debts.isEmpty && nodes.isEmpty }

    /// Whether tier 2 has not heard that one of the tags is outdated.
    func isAwaited(_ tags: [CacheTag]) -> Bool {
        !debts.isEmpty && tags.contains { debts[$0] != nil }
    }

    /// - Returns: the number of this debt, to be settled by once tier 2 was told *after* this call.
    @discardableResult
    mutating func owe(shared tags: Set<CacheTag>) -> UInt64 {
        last += 1
        for tag in tags { debts[tag] = last }
        if debts.count > most { debts = [.everything: last] }
        return last
    }

    mutating func owe(nodes tags: Set<CacheTag>) {
        nodes.formUnion(tags)
        if nodes.count > most { nodes = [.everything] }
    }

    /// Tier 2 has heard of the tags as far as they were owed up to a debt. What came to be owed while it was being told it
    /// may have not heard.
    mutating func settle(shared tags: Set<CacheTag>, upTo debt: UInt64) {
        for tag in tags where debts[tag].map({ $0 <= debt }) ?? false { debts[tag] = nil }
    }

    mutating func settle(nodes tags: Set<CacheTag>) { nodes.subtract(tags) }
}
