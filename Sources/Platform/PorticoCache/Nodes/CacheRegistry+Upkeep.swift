import PorticoValues
import Synchronization

extension CacheRegistry {
    /// Hears the other nodes and catches up with what could not be told, until its task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            if let backplane {
                group.addTask { await backplane.listen { await self.hear($0) } }
            }
            group.addTask {
                while !Task.isCancelled {
                    await self.settle()
                    guard (try? await self.timer.wait(self.bounds.upkeep)) != nil else { return }
                }
            }
        }
    }

    /// Takes what the other nodes say.
    public func hear(_ event: CacheBackplaneEvent) async {
        switch event {
        case .notice(let notice):
            if !hasHeard(notice) {
                if notice.isSharedTold { tags.invalidate(notice.tags) } else { invalidateHere(notice.tags) }
                remember(notice.names)
            }
            if !notice.isSharedTold { _ = await tellShared(notice.tags) }
        case .interrupted:
            state.withLock { $0.isDeaf = true }
        case .gap:
            state.withLock { $0.isDeaf = false }
            await makeUpForGap()
        }
    }

    /// Whether nothing in a notice is new.
    private func hasHeard(_ notice: CacheNotice) -> Bool {
        guard !notice.names.isEmpty else { return false }
        return state.withLock { state in notice.names.allSatisfy { state.heard.contains($0) } }
    }

    /// Tells tier 2 and the other nodes what they could not be told, and asks tier 2 what was invalidated if nobody tells.
    /// - Returns: whether nothing is left to be told.
    @discardableResult
    public func settle() async -> Bool {
        let (untold, isDeaf) = state.withLock { ($0.untold, $0.isDeaf) }
        if !untold.shared.isEmpty { await settleShared(untold.shared) }
        if !untold.nodes.isEmpty { await settleNodes(untold.nodes) }
        if backplane == nil || isDeaf { await catchUp() }
        return state.withLock { $0.untold.isEmpty }
    }

    /// Asks tier 2 what was invalidated since this node last heard of it, and outdates that.
    /// - Returns: whether this node now knows all; false when tier 2 does not answer or is not there.
    @discardableResult
    public func catchUp() async -> Bool {
        guard let shared else { return false }
        let known = state.withLock { $0.known }
        guard let changes = await shared.changes(since: known) else { return false }
        state.withLock { $0.known = max(changes.stamp, $0.known ?? .min) }
        if !changes.isComplete {
            tags.distrust()
        } else if !changes.tags.isEmpty {
            // This node's own are among them: another node's change may have come between doing it here and telling it.
            tags.invalidate(changes.tags.keys)
        }
        // The first time there is nothing to compare with: what was stored before is from before this node listened.
        if known == nil { tags.distrust() }
        return true
    }

    /// Notices were missed: tier 2 knows which, or nothing in process can be relied on.
    private func makeUpForGap() async {
        if await catchUp() == false { tags.distrust() }
    }

    private func settleShared(_ tags: Set<CacheTag>) async {
        guard await tellShared(tags) != nil else { return }
        // What other nodes have read from tier 2 in the meantime was outdated, whether or not they had heard of it.
        self.tags.invalidate(tags)
        _ = await tellNodes(tags, isSharedTold: true)
    }

    private func settleNodes(_ tags: Set<CacheTag>) async {
        state.withLock { $0.untold.settle(nodes: tags) }
        let isSharedTold = shared == nil || !untold.isAwaited(Array(tags))
        _ = await tellNodes(tags, isSharedTold: isSharedTold)
    }
}
