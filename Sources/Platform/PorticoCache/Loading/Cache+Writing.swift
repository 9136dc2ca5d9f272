import PorticoValues

extension Cache {
    /// Stores a value that the caller knows to be the newest, on this node and in tier 2, and tells the other nodes to ask
    /// for it again. Loads that are under way will not replace it.
    ///
    /// - Returns: whether tier 2 and all other nodes know; false when they will be told later.
    @discardableResult
    public func set(
        _ value: Value, for key: Key, _ adapt: (inout CacheLoad<Value>) -> Void = { _ in }
    ) async -> Bool {
        var draft = CacheLoad<Value>(policy, previous: nil)
        adapt(&draft)
        let tag = keyTag(key)
        let moment = registry.tags.invalidate([tag])
        let entry = entry(value, draft, moment, cost: 0)
        let hash = LocalCache<Key, Value>.hash(of: key)
        local.store(entry, for: key, hash, weight: weigh(key, value))
        let stamp = await registry.tellShared([tag])
        if let stamp { await share(entry, draft, key, SharedPermit(key: sharedKey(key), stamp: stamp, token: nil)) }
        return await registry.tellNodes([tag], isSharedTold: stamp != nil || registry.shared == nil)
    }

    /// Outdates the value of a key on every node.
    /// - Returns: whether tier 2 and all other nodes know; false when they will be told later.
    @discardableResult
    public func remove(_ key: Key) async -> Bool {
        local.remove(key)
        return await registry.invalidate([keyTag(key)])
    }

    /// Outdates all values of this cache on every node, whatever their number in no time.
    /// - Returns: whether tier 2 and all other nodes know; false when they will be told later.
    @discardableResult
    public func clear() async -> Bool {
        local.removeAll()
        return await registry.invalidate([.cache(policy.name)])
    }
}
