import PorticoTelemetry
import PorticoValues

extension Cache {
    /// Brings a value from tier 2 or from its source, stores it and tells everybody who waits.
    func fly(_ errand: CacheErrand<Key, Value>) async {
        switch await seek(errand) {
        case .found(let entry):
            keep(entry, errand)
            land(errand, entry)
        case .busyElsewhere:
            rest(errand, for: .seconds(1))
            flights.remove(errand.flight, errand.key, errand.hash)
            errand.flight.land { _ in .outdated }
        case .absent(let permit, let stale):
            var errand = errand
            if errand.prior == nil { errand.prior = stale }
            await load(errand, permit)
        }
    }

    private func load(_ errand: CacheErrand<Key, Value>, _ permit: SharedPermit?) async {
        var draft = CacheLoad(policy, previous: errand.prior)
        let began = monotonicNanoseconds()
        let start = registry.clock.now()
        let spans = RequestMeasure.current?.spans
        let span = spans?.open()
        do {
            let value = try await MakingForOthers.$isUnderWay.withValue(true) { try await errand.load(&draft) }
            let elapsed = monotonicNanoseconds() - began
            spans?.record(span, loadOf: policy.name, from: began)
            // A clock that tests move may tell more than the machine's.
            let cost = max(Double(elapsed) / 1_000_000, Double(registry.clock.now() - start))
            counters.record(loadNanoseconds: elapsed)
            if draft.isNegative ?? isNegative(value), let negative = policy.negativeTTL {
                draft.ttl = min(draft.ttl, negative)
                draft.sharedTTL = min(draft.sharedTTL, negative)
            }
            let entry = entry(value, draft, errand.flight.began, cost: cost)
            if draft.isStored { keep(entry, errand) }
            land(errand, entry)
            await share(entry, draft, errand.key, permit)
        } catch {
            spans?.record(span, loadOf: policy.name, from: began, isFailed: true)
            counters.add(.loadFailure)
            fail(errand, error)
            await registry.shared?.release(permit)
        }
    }

    /// Tells the waiters of a failure, or gives them what is stale, and lets the source rest if there is something stale.
    private func fail(_ errand: CacheErrand<Key, Value>, _ error: any Error) {
        guard let prior = errand.prior, isServable(prior, errand.key), prior.times.gone > registry.clock.now() else {
            return land(errand, error: error)
        }
        local.storeIfAbsent(prior, for: errand.key, errand.hash, weight: weigh(errand.key, prior.value))
        rest(errand, for: policy.retryAfterError)
        flights.remove(errand.flight, errand.key, errand.hash)
        let standing = registry.tags.moment
        let counters = counters
        errand.flight.land { joined in
            guard joined <= standing else { return .outdated }
            counters.add(.staleServe)
            return .value(prior.value)
        }
    }

    /// A loaded value with its times.
    func entry(_ value: Value, _ draft: CacheLoad<Value>, _ moment: TagMoment, cost: Double) -> CacheEntry<Value> {
        let jitter = policy.jitter > 0 ? Double.random(in: 0...min(policy.jitter, 1)) : 0
        return CacheEntry(
            value, times: draft.times(at: registry.clock.now(), cost: cost, jitter: jitter), moment: moment,
            tags: draft.tags, validator: draft.validator)
    }

    /// Stores a value in process unless it was invalidated since its reading began.
    private func keep(_ entry: CacheEntry<Value>, _ errand: CacheErrand<Key, Value>) {
        guard isServable(entry, errand.key) else { return counters.add(.refusedStore) }
        local.store(entry, for: errand.key, errand.hash, weight: weigh(errand.key, entry.value))
        // An invalidation between the two lines finds the value by its moment, so there is no gap.
    }

    /// Keeps what is stale, so that it can be served for a while without asking the source again.
    private func rest(_ errand: CacheErrand<Key, Value>, for span: Span) {
        guard let prior = errand.prior else { return }
        let now = registry.clock.now()
        guard prior.times.gone > now else { return }
        local.rest(errand.key, errand.hash, until: min(now + span.milliseconds, prior.times.gone))
    }

    /// Gives a value to all waiters except those that have seen an invalidation which the value has not.
    private func land(_ errand: CacheErrand<Key, Value>, _ entry: CacheEntry<Value>) {
        flights.remove(errand.flight, errand.key, errand.hash)
        let isCurrent = isServable(entry, errand.key)
        let began = errand.flight.began
        errand.flight.land { joined in
            isCurrent || joined == began ? .value(entry.value) : .outdated
        }
    }

    private func land(_ errand: CacheErrand<Key, Value>, error: any Error) {
        flights.remove(errand.flight, errand.key, errand.hash)
        errand.flight.land { _ in .failure(error) }
    }
}
