import PorticoValues

/// What tier 2 says about a value that is to be loaded.
enum SharedFinding<Value: Sendable>: Sendable {
    /// There it is.
    case found(CacheEntry<Value>)
    /// It is not there, perhaps only a stale one; with a permit to write it, if tier 2 answers.
    case absent(SharedPermit?, stale: CacheEntry<Value>?)
    /// Another node refreshes it at present.
    case busyElsewhere
}

extension Cache {
    func sharedKey(_ key: Key) -> String { "\(policy.name):\(key.cacheText)" }

    /// Asks tier 2, and waits while another node loads the value.
    func seek(_ errand: CacheErrand<Key, Value>) async -> SharedFinding<Value> {
        guard let shared = registry.shared, codec != nil, policy.sharedTTL.milliseconds > 0 else {
            return .absent(nil, stale: nil)
        }
        let key = sharedKey(errand.key)
        let claim = policy.lease.map { lease in
            SharedClaim(token: registry.newToken(), life: lease, isUnconditional: errand.isRefresh)
        }
        var patience = (policy.lease?.milliseconds ?? 0) * 2
        var pause = Span.milliseconds(5)
        while true {
            // Asked for before the reading: tier 2 may be told while its answer, from before that, is on the way.
            let untold = registry.untold
            let answer = await shared.read(key, claim: claim, isHurried: errand.prior != nil)
            guard let reading = answer else {
                counters.add(.sharedMiss)
                return .absent(nil, stale: nil)
            }
            let permit = SharedPermit(
                key: key, stamp: reading.stamp, token: reading.lease == .granted ? claim?.token : nil)
            let entry = entry(reading, errand, untold)
            if let entry, isFreshEnough(entry, errand) {
                counters.add(.sharedHit)
                await shared.release(permit)
                return .found(entry)
            }
            guard reading.lease == .held else {
                counters.add(.sharedMiss)
                return .absent(permit, stale: entry)
            }
            if errand.isRefresh { return .busyElsewhere }
            counters.add(.leaseWait)
            patience -= pause.milliseconds
            guard patience > 0 else { return .absent(permit, stale: entry) }
            guard (try? await registry.timer.wait(pause)) != nil else { return .absent(permit, stale: entry) }
            pause = min(.milliseconds(pause.milliseconds * 2), .milliseconds(100))
        }
    }

    /// Whether what tier 2 has is worth taking: fresh, and newer than what a refresh replaces. Where nothing is kept in
    /// process, it must also not be due by XFetch's rule; otherwise the copy in process will be refreshed in time.
    private func isFreshEnough(_ entry: CacheEntry<Value>, _ errand: CacheErrand<Key, Value>) -> Bool {
        let now = registry.clock.now()
        guard entry.times.fresh > now else { return false }
        if errand.isRefresh, let prior = errand.prior { return entry.times.fresh > prior.times.fresh }
        guard policy.capacity.entries == 0 else { return true }
        return !entry.times.isDue(at: now, unit: CacheMath.unit(.random(in: 0 ... .max)))
    }

    /// The value behind a reading, with its times in process; nil when there is none that may be used.
    /// - Parameter untold: what tier 2 had not been told when it was asked.
    private func entry(
        _ reading: SharedReading, _ errand: CacheErrand<Key, Value>, _ untold: UntoldTags
    ) -> CacheEntry<Value>? {
        guard let found = reading.entry, let codec else { return nil }
        guard !untold.isAwaited(found.tags) else { return nil }
        guard let frame = SharedFrame(found.payload), frame.codecVersion == codec.version,
            let value = try? codec.decode(frame.body)
        else {
            counters.add(.undecodable)
            return nil
        }
        let now = registry.clock.now()
        let fresh = now + found.life.milliseconds - frame.keep
        var times = CacheTimes(
            fresh: min(fresh, now + policy.ttl.milliseconds),
            revalidate: fresh + min(frame.keep, policy.staleWhileRevalidate.milliseconds), gone: fresh + frame.keep)
        times.cost = Double(frame.costMicroseconds) / 1000 * policy.beta
        let implicit = Set(allTags(errand.key, []))
        return CacheEntry(
            value, times: times, moment: errand.flight.began, tags: found.tags.filter { !implicit.contains($0) },
            validator: frame.validator)
    }

    /// Writes a loaded value to tier 2 and gives back the lease.
    func share(
        _ entry: CacheEntry<Value>, _ draft: CacheLoad<Value>, _ key: Key, _ permit: SharedPermit?
    ) async {
        guard let shared = registry.shared, let permit else { return }
        guard isServable(entry, key) else {
            counters.add(.refusedSharedWrite)
            return await shared.release(permit)
        }
        guard let codec, draft.isStored, draft.sharedTTL.milliseconds > 0, let body = try? codec.encode(entry.value)
        else { return await shared.release(permit) }
        let cost = policy.beta > 0 ? entry.times.cost / policy.beta * 1000 : 0
        let frame = SharedFrame(
            codecVersion: codec.version, costMicroseconds: UInt32(clamping: Int64(min(cost, 4e9))), keep: draft.keep,
            validator: entry.validator, body: body)
        let jitter = policy.jitter > 0 ? Double.random(in: 0...min(policy.jitter, 1)) : 0
        let fresh = Int64(Double(draft.sharedTTL.milliseconds) * (1 - jitter))
        let life = Span.milliseconds(fresh + draft.keep)
        let written = SharedEntry(
            payload: frame.bytes, tags: allTags(key, entry.tags), stamp: permit.stamp, life: life)
        counters.add(await shared.write(written, permit) ? .sharedWrite : .refusedSharedWrite)
    }
}
