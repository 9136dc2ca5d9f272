import PorticoLimits
import PorticoValues
import Synchronization

extension CacheRegistry {
    /// Outdates all values that carry one of the tags, on every node and in tier 2. On this node that has happened when the
    /// call first suspends, so that whoever awaits it reads what it wrote.
    ///
    /// - Parameter names: the invalidations that this is, where others may tell of them too.
    /// - Returns: whether tier 2 and all other nodes were told. When false, they will be told as soon as they can be.
    @discardableResult
    public func invalidate(_ tags: Set<CacheTag>, as names: Set<InvalidationName> = []) async -> Bool {
        guard !tags.isEmpty else { return true }
        invalidateHere(tags, as: names)
        let stamp = await tellShared(tags)
        return await tellNodes(tags, isSharedTold: stamp != nil || shared == nil, names: names)
    }

    /// A name for one more invalidation, which no other has, on any node or before a restart.
    public func newInvalidation() -> InvalidationName {
        InvalidationName(node: origin, number: invalidations.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Whether an invalidation was carried out here already: its tags are outdated on this node, and tier 2 was told, or this
    /// node goes on trying. Only the latest are remembered.
    public func hasHeard(_ name: InvalidationName) -> Bool { state.withLock { $0.heard.contains(name) } }

    /// Outdates all values that carry one of the tags on this node, at once and without waiting for anybody: for a change
    /// whose event will have ``invalidate(_:)`` called when it is delivered. Until tier 2 has been told, this node believes
    /// nothing that it says about these tags.
    public func invalidateHere(_ tags: Set<CacheTag>, as names: Set<InvalidationName> = []) {
        guard !tags.isEmpty else { return }
        if shared != nil { _ = state.withLock { $0.untold.owe(shared: tags) } }
        self.tags.invalidate(tags)
        remember(names)
    }

    /// To be called when the tags are outdated, not before: whoever finds a name here skips its tags.
    func remember(_ names: Set<InvalidationName>) {
        guard !names.isEmpty else { return }
        state.withLock { state in
            for name in names { state.heard.add(name) }
        }
    }

    /// Whether there is anybody to tell: a tier 2 or other nodes.
    public var isToldElsewhere: Bool { shared != nil || backplane != nil }

    /// Tells tier 2 and the other nodes what ``invalidateHere(_:)`` has outdated here, so that they need not wait for its
    /// event. The event still counts: this node may die in between.
    public func tell(_ tags: Set<CacheTag>, as names: Set<InvalidationName> = []) async {
        guard !tags.isEmpty else { return }
        let stamp = await tellShared(tags)
        _ = await tellNodes(tags, isSharedTold: stamp != nil || shared == nil, names: names)
    }

    /// Outdates every value of every cache, on every node.
    /// - Returns: whether tier 2 and all other nodes were told.
    @discardableResult
    public func clear() async -> Bool {
        await invalidate([.everything])
    }

    /// Outdates values in tier 2, or remembers to.
    /// - Returns: the stamp; nil when there is no tier 2 or it can not be told now.
    func tellShared(_ tags: Set<CacheTag>) async -> Int64? {
        guard let shared else { return nil }
        // While tier 2 does not know, this node must not believe what it says about these tags.
        let debt = state.withLock { $0.untold.owe(shared: tags) }
        guard let stamp = await shared.invalidate(tags) else { return nil }
        state.withLock { $0.untold.settle(shared: tags, upTo: debt) }
        return stamp
    }

    /// Tells the other nodes, or remembers to.
    func tellNodes(
        _ tags: Set<CacheTag>, isSharedTold: Bool, names: Set<InvalidationName> = []
    ) async -> Bool {
        guard let backplane else { return isSharedTold }
        var isTold = true
        for notice in CacheNotice.several(tags, isSharedTold: isSharedTold, names: names) {
            if await publish(notice, over: backplane) { continue }
            isTold = false
            state.withLock { $0.untold.owe(nodes: notice.tags) }
        }
        return isTold && isSharedTold
    }

    private func publish(_ notice: CacheNotice, over backplane: any CacheBackplane) async -> Bool {
        let now = { Instant(milliseconds: self.clock.now()) }
        guard case .granted(let call) = backplaneBreaker.permission(at: now()) else { return false }
        do {
            try await within(bounds.hard, timer) { try await backplane.publish(notice) }
            backplaneBreaker.record(call, success: true, at: now())
            return true
        } catch {
            backplaneFailures.add(.sharedFailure)
            backplaneBreaker.record(call, success: false, at: now())
            return false
        }
    }

    /// What tier 2 and the other nodes have not been told at present.
    var untold: UntoldTags { state.withLock { $0.untold } }
}
