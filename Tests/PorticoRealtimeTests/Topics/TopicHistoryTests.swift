import PorticoEvents
import Testing

@testable import PorticoRealtime

@Suite struct TopicHistoryTests {
    private func history(most: Int = 100, _ events: ClosedRange<Int64>? = nil) -> TopicHistory {
        var history = TopicHistory(epoch: "e1", most: most, mostBytes: 1 << 20)
        if let events { for id in events { _ = history.append(event(id, "a")) } }
        return history
    }

    private func ids(_ messages: [TopicMessage]?) -> [Int64]? {
        messages?.map { $0.position?.id ?? 0 }
    }

    private func point(_ id: Int64) -> ResumePoint { ResumePoint(position: EventPosition(id: id)) }

    @Test("tells what came behind a point that it covers, and nothing of others")
    func missed() {
        let history = history(5...9)
        #expect(ids(history.missed(after: point(7))) == [8, 9])
        #expect(ids(history.missed(after: point(9))) == [])
        #expect(ids(history.missed(after: point(5))) == [6, 7, 8, 9])
        #expect(ids(history.missed(after: point(4))) == nil)
        #expect(ids(history.missed(after: point(10))) == nil)
        #expect(ids(self.history().missed(after: point(1))) == nil)
        #expect(ids(self.history().missed(after: point(0))) == nil, "nobody knows what was before it began")
    }

    @Test("what it had to drop it no longer covers", arguments: [3, 300])
    func evicts(most: Int) {
        let history = history(most: most, 1...1000)
        #expect(history.count == most)
        #expect(ids(history.missed(after: point(1000 - Int64(most))))?.count == most)
        #expect(ids(history.missed(after: point(999 - Int64(most)))) == nil)
        #expect(ids(history.missed(afterReplayTo: point(999))) == [1000])
        #expect(ids(history.missed(afterReplayTo: point(10))) == nil)
    }

    @Test("lets go of a message at once that it had to drop")
    func releases() {
        var history = history(most: 2)
        weak var forms: MessageForms?
        forms = history.append(event(1, "a")).forms
        #expect(forms != nil)
        for id in Int64(2)...4 { _ = history.append(event(id, "a")) }
        #expect(forms == nil)
    }

    @Test("keeps what was read elsewhere, so that the next client needs no reading")
    func extends() {
        var history = history(7...8)
        history.extend(with: [event(5, "a"), event(6, "a"), event(7, "a")], after: EventPosition(id: 4))
        #expect(ids(history.missed(after: point(4))) == [5, 6, 7, 8])
        #expect(ids(history.missed(after: point(3))) == nil)
        var empty = self.history()
        empty.extend(with: [event(5, "a")], after: EventPosition(id: 2))
        #expect(ids(empty.missed(after: point(2))) == [5])
        _ = empty.append(event(5, "a"))
        _ = empty.append(event(6, "a"))
        #expect(ids(empty.missed(after: point(2))) == [5, 6])
    }

    @Test("does not extend over a gap, nor beyond its room")
    func refusesExtension() {
        var full = history(most: 3, 1...9)
        full.extend(with: [event(2, "a")], after: EventPosition(id: 1))
        #expect(ids(full.missed(after: point(1))) == nil)
        var small = history(most: 3, 8...9)
        small.extend(with: [event(6, "a"), event(7, "a")], after: EventPosition(id: 5))
        #expect(ids(small.missed(after: point(5))) == nil)
    }

    @Test("passing messages are kept where they say so, and have ids of this epoch")
    func passingMessages() {
        var history = history(1...2)
        let passed = history.append(passing(1, "a"))
        #expect(passed.id == nil)
        let first = history.append(passing(2, "a", isKept: true))
        #expect(first.id == "2~e1.1")
        let next = history.append(event(3, "a"))
        #expect(next.id == "3~e1.1")
        _ = history.append(passing(4, "a", isKept: true))
        let missed = history.missed(after: ResumePoint("2~e1.1") ?? point(0))
        #expect(missed?.map(\.id) == ["3~e1.1", "3~e1.2"])
        #expect(history.missed(after: ResumePoint("2~other.1") ?? point(0)) == nil)
        history.beginEpoch("e2")
        #expect(history.missed(after: ResumePoint("2~e1.1") ?? point(0)) == nil)
    }

    @Test("tells a part of what came, and how far a client is that has it")
    func parts() {
        var history = history(1...8)
        _ = history.append(passing(1, "a", isKept: true))
        let first = history.part(after: point(1), most: 3) { $0.position.map { $0.id.isMultiple(of: 2) } ?? true }
        #expect(ids(first.messages) == [2, 4, 6] && !first.isWhole)
        #expect(first.through == point(7))
        let second = history.part(after: first.through, most: 3) { _ in true }
        #expect(ids(second.messages) == [8, 0] && second.isWhole)
        #expect(second.through.text == "8~e1.1")
        let last = history.part(after: second.through, most: 3) { _ in true }
        #expect(last.messages.isEmpty && last.isWhole && last.through == second.through)
    }

    @Test("points survive their text, and rubbish is none")
    func points() {
        for text in ["0", "17", "17~ab12.3"] { #expect(ResumePoint(text)?.text == text) }
        for text in ["", "-1", "x", "1~", "1~ab", "1~ab.", "1~ab.0", "1~.1", "1~ab.x", "1~a.1.2"] {
            #expect(ResumePoint(text) == nil, "\(text)")
        }
    }
}

extension TopicHistory {
    /// All that a client has missed; nil where some of it may not be here.
    fileprivate func missed(after point: ResumePoint) -> [TopicMessage]? {
        covers(point) ? part(after: point, most: .max, where: { _ in true }).messages : nil
    }

    fileprivate func missed(afterReplayTo point: ResumePoint) -> [TopicMessage]? {
        covers(replayedTo: point) ? part(after: point, most: .max, where: { _ in true }).messages : nil
    }
}
