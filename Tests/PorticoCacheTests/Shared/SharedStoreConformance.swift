import PorticoCache
import PorticoValues
import Testing

/// What every tier 2 must do. `key` makes a text that no other run uses.
struct SharedStoreConformance {
    let store: any SharedCacheStore
    let name: String

    func run() async throws {
        try await values()
        try await invalidation()
        try await lateWriters()
        try await order()
        try await leases()
        try await changes()
    }

    private func key(_ text: String) -> String { "\(name):\(text)" }

    private func tag(_ text: String) -> CacheTag { CacheTag("\(name):\(text)") }

    private func entry(_ text: String, _ tags: [CacheTag], _ stamp: Int64) -> SharedEntry {
        SharedEntry(payload: Array(text.utf8), tags: tags, stamp: stamp, life: .minutes(1))
    }

    private func text(_ key: String) async throws -> String? {
        try await store.read(key, claim: nil).entry.map { String(decoding: $0.payload, as: UTF8.self) }
    }

    private func values() async throws {
        let absent = try await store.read(key("a"), claim: nil)
        #expect(absent.entry == nil && absent.lease == .none && absent.stamp > 0)
        let bytes = (0...255).map { UInt8($0) } + [0, 13, 10, 0]
        let written = SharedEntry(payload: bytes, tags: [tag("a"), "ü\u{0}x"], stamp: absent.stamp, life: .minutes(1))
        #expect(try await store.write(written, for: key("a"), releasing: nil))
        let found = try #require(try await store.read(key("a"), claim: nil).entry)
        #expect(found.payload == bytes && found.tags == written.tags && found.stamp == absent.stamp)
        #expect(found.life > .seconds(30) && found.life <= .minutes(1))
    }

    private func invalidation() async throws {
        let stamp = try await store.read(key("b"), claim: nil).stamp
        _ = try await store.write(entry("b", [tag("b"), tag("c")], stamp), for: key("b"), releasing: nil)
        _ = try await store.write(entry("d", [tag("d")], stamp), for: key("d"), releasing: nil)
        let newer = try await store.invalidate([tag("c"), tag("unused")])
        #expect(newer > stamp)
        #expect(try await text(key("b")) == nil)
        #expect(try await text(key("d")) == "d")
        #expect(try await store.read(key("b"), claim: nil).stamp >= newer)
    }

    private func lateWriters() async throws {
        let stamp = try await store.read(key("e"), claim: nil).stamp
        let newer = try await store.invalidate([tag("e")])
        #expect(try await store.write(entry("old", [tag("e")], stamp), for: key("e"), releasing: nil) == false)
        #expect(try await text(key("e")) == nil)
        #expect(try await store.write(entry("new", [tag("e")], newer), for: key("e"), releasing: nil))
        #expect(try await text(key("e")) == "new")
    }

    private func order() async throws {
        let first = try await store.invalidate([tag("f")])
        let second = try await store.invalidate([tag("f")])
        #expect(try await store.write(entry("second", [], second), for: key("f"), releasing: nil))
        #expect(try await store.write(entry("first", [], first), for: key("f"), releasing: nil) == false)
        #expect(try await text(key("f")) == "second")
    }

    private func leases() async throws {
        func claim(_ token: String, _ isUnconditional: Bool = false) async throws -> SharedReading {
            let claim = SharedClaim(token: token, life: .minutes(1), isUnconditional: isUnconditional)
            return try await store.read(key("g"), claim: claim)
        }
        let first = try await claim("one")
        #expect(first.lease == .granted)
        #expect(try await claim("one").lease == .granted)
        #expect(try await claim("two").lease == .held)
        try await store.release(key("g"), token: "two")
        #expect(try await claim("two").lease == .held)
        try await store.release(key("g"), token: "one")
        #expect(try await claim("two").lease == .granted)
        _ = try await store.write(entry("g", [], first.stamp), for: key("g"), releasing: "two")
        #expect(try await claim("three").lease == .none)
        #expect(try await claim("three", true).lease == .granted)
        #expect(try await claim("four", true).lease == .held)
        // A lease is given back even when the value is refused.
        let stamp = try await store.read(key("g"), claim: nil).stamp
        _ = try await store.invalidate([tag("g")])
        #expect(try await store.write(entry("g", [tag("g")], stamp), for: key("g"), releasing: "three") == false)
        #expect(try await claim("four", true).lease == .granted)
    }

    private func changes() async throws {
        let start = try await store.changes(since: nil)
        #expect(start.tags.isEmpty && start.isComplete)
        let first = try await store.invalidate([tag("h"), tag("i")])
        let second = try await store.invalidate([tag("i")])
        let both = try await store.changes(since: start.stamp)
        #expect(both.isComplete && both.stamp >= second)
        #expect(both.tags[tag("h")] == first && both.tags[tag("i")] == second)
        let last = try await store.changes(since: first)
        #expect(last.tags[tag("h")] == nil && last.tags[tag("i")] == second)
        #expect(try await store.changes(since: 0).isComplete == (start.stamp < 1_000_000))
    }
}
