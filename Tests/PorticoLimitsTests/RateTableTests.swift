import PorticoValues
import Testing

@testable import PorticoLimits

@Suite struct RateTableTests {
    private func fingerprint(_ number: Int64) -> RateFingerprint {
        RateFingerprint(RateKey(rule: "r", subject: .account(number)), .tokenBucket)
    }

    @Test("remembers like a dictionary through growth, expiry and removal", arguments: 0..<10 as Range<UInt64>)
    func differential(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        var table = RateTable(most: 100_000)
        var model: [Int64: (word: Int64, expiry: Instant)] = [:]
        var now = noon
        for step in 0..<5_000 as Range<Int64> {
            now = now.after(.random(in: 0...5, using: &numbers))
            let key = Int64.random(in: 0..<800, using: &numbers)
            switch Int.random(in: 0..<10, using: &numbers) {
            case 0:
                table.remove(fingerprint(key))
                model[key] = nil
            case 1...5:
                let expiry = now.after(.random(in: 1...4_000, using: &numbers))
                table.store(RateState(word: step, mark: 1), until: expiry, for: fingerprint(key), at: now)
                model[key] = (step, expiry)
            default:
                // An expired state may be there or not; a living one must be.
                if let entry = model[key], entry.expiry > now {
                    #expect(table.state(of: fingerprint(key))?.word == entry.word)
                } else if model[key] == nil {
                    #expect(table.state(of: fingerprint(key)) == nil)
                }
            }
        }
        #expect(table.count <= model.count && table.evictions == 0)
        #expect(table.count >= model.values.count { $0.expiry > now })
    }

    @Test("takes at most eighty bytes a key once it has grown")
    func memory() {
        var table = RateTable(most: 1_000_000)
        for number in 0..<50_000 as Range<Int64> {
            let state = RateState(word: number, mark: 1)
            table.store(state, until: noon + .hours(1), for: fingerprint(number), at: noon)
        }
        #expect(table.count == 50_000)
        #expect(table.byteCount <= 50_000 * 81)
    }

    @Test("works with room for a single key")
    func single() {
        var table = RateTable(most: 1)
        for number in 0..<100 as Range<Int64> {
            table.store(
                RateState(word: number, mark: 1), until: noon + .hours(1), for: fingerprint(number), at: noon)
            #expect(table.count == 1 && table.state(of: fingerprint(number))?.word == number)
        }
        #expect(table.evictions == 99)
    }

    @Test("makes fingerprints of rule, subjects and algorithm")
    func fingerprints() {
        let key = RateKey(rule: "r", subject: .account(1))
        #expect(RateFingerprint(key, .tokenBucket) == RateFingerprint(key, .tokenBucket))
        #expect(RateFingerprint(key, .tokenBucket) != RateFingerprint(key, .slidingWindow))
        #expect(
            RateFingerprint(key, .tokenBucket)
                != RateFingerprint(RateKey(rule: "s", subject: .account(1)), .tokenBucket))
        let combined = RateKey(rule: "r", subject: .account(1), and: .account(2))
        #expect(RateFingerprint(key, .tokenBucket) != RateFingerprint(combined, .tokenBucket))
    }
}
