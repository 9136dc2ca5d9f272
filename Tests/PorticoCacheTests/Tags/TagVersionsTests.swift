import PorticoCache
import Testing

@Suite("Tag versions")
struct TagVersionsTests {
    @Test("outdate what began before an invalidation and nothing else")
    func order() {
        let tags = TagVersions()
        let before = tags.moment
        tags.invalidate(["a"])
        #expect(tags.standing(of: ["a"], since: before) == .outdated)
        #expect(tags.standing(of: ["b", "a"], since: before) == .outdated)
        #expect(tags.standing(of: ["b"], since: before) == .current)
        #expect(tags.standing(of: [], since: before) == .current)
        #expect(tags.standing(of: ["a"], since: tags.moment) == .current)
    }

    @Test("outdate everything at once")
    func everything() {
        let tags = TagVersions()
        let before = tags.moment
        tags.invalidateEverything()
        #expect(tags.standing(of: [], since: before) == .outdated)
        #expect(tags.standing(of: [], since: tags.moment) == .current)
        #expect(tags.count == 0)
    }

    @Test("tell distrust from certainty")
    func distrust() {
        let tags = TagVersions()
        let before = tags.moment
        tags.invalidate(["a"])
        let between = tags.moment
        tags.distrust()
        #expect(tags.standing(of: ["a"], since: before) == .outdated)
        #expect(tags.standing(of: ["a"], since: between) == .distrusted)
        #expect(tags.standing(of: ["a"], since: tags.moment) == .current)
    }

    @Test("forget the oldest when there are too many, on the safe side")
    func bounded() {
        let tags = TagVersions(mostTags: 100)
        let before = tags.moment
        for number in 0..<100 { tags.invalidate(["t\(number)"]) }
        let late = tags.moment
        #expect(tags.standing(of: ["other"], since: before) == .current)
        tags.invalidate(["last"])
        #expect(tags.count <= 51)
        #expect(tags.standing(of: ["other"], since: before) == .outdated)
        #expect(tags.standing(of: ["other"], since: late) == .current)
        #expect(tags.standing(of: ["last"], since: late) == .outdated)
    }

    @Test("agree with a plain list of invalidations", arguments: 0..<8 as Range<UInt64>)
    func model(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        let tags = TagVersions()
        var moments = [tags.moment]
        var history: [Set<CacheTag>] = []
        for _ in 0..<200 {
            let some = Set((0..<3).map { _ in CacheTag("t\(Int.random(in: 0..<12, using: &numbers))") })
            moments.append(tags.invalidate(some))
            history.append(some)
            let start = Int.random(in: 0..<moments.count, using: &numbers)
            let asked = Set((0..<2).map { _ in CacheTag("t\(Int.random(in: 0..<12, using: &numbers))") })
            let isHit = history[start...].contains { !$0.isDisjoint(with: asked) }
            #expect(tags.standing(of: asked, since: moments[start]) == (isHit ? .outdated : .current))
        }
    }

    @Test("are ordered whichever task invalidates")
    func concurrency() async {
        let tags = TagVersions()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<200 {
                        let before = tags.moment
                        tags.invalidate([CacheTag("t\(number)")])
                        #expect(tags.standing(of: [CacheTag("t\(number)")], since: before) == .outdated)
                    }
                }
            }
        }
        #expect(tags.count == 8)
    }
}
