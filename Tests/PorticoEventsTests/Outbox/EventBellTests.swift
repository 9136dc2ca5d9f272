import PorticoValues
import Testing

@testable import PorticoEvents

@Suite(.timeLimit(.minutes(10))) struct EventBellTests {
    @Test("rings while nobody waits let one wait through, and no more than one")
    func remembered() async {
        let bell = EventBell()
        bell.ring()
        bell.ring()
        await bell.wait(atMost: .hours(1))
        #expect(!bell.hasRung)
    }

    @Test("a wait that a ring ended leaves no ring behind")
    func silentTimer() async {
        let bell = EventBell()
        for _ in 0..<100 {
            let waiting = Task { await bell.wait(atMost: .hours(1)) }
            while !bell.isWaited { await Task.yield() }
            bell.ring()
            await waiting.value
            await Task.yield()
            #expect(!bell.hasRung)
        }
    }

    @Test("a wait ends after its time, and when its task is cancelled")
    func ends() async {
        let bell = EventBell()
        await bell.wait(atMost: .milliseconds(1))
        let waiting = Task { await bell.wait(atMost: .hours(1)) }
        while !bell.isWaited { await Task.yield() }
        waiting.cancel()
        await waiting.value
        #expect(!bell.hasRung)
    }
}
