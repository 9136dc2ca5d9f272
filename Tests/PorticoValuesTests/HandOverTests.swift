import PorticoTesting
import PorticoValues
import Testing

@Suite("What a thread of its own hands over", .timeLimit(.minutes(5)))
struct HandOverTests {
    private struct Broken: Error {}

    @Test("arrives in order and ends")
    func order() async throws {
        var taken: [Int] = []
        for try await number in HandedOver<Int>(
            capacity: 2, { queue in for number in 0..<500 { try queue.send(number) } })
        {
            taken.append(number)
        }
        #expect(taken == Array(0..<500))
    }

    @Test("what the thread throws comes after what it has sent")
    func failure() async throws {
        var taken = 0
        await #expect(throws: Broken.self) {
            let sequence = HandedOver<Int>(capacity: 8) { queue in
                try queue.send(1)
                throw Broken()
            }
            for try await _ in sequence { taken += 1 }
        }
        #expect(taken == 1)
    }

    @Test("who waits and is cancelled goes on at once, whatever the thread does")
    func cancelledWhileWaiting() async throws {
        let (door, ended) = (ThreadDoor(), AsyncStream<Bool>.makeStream())
        let sequence = HandedOver<Int>(capacity: 1) { queue in
            try queue.send(1)
            door.pass()
            do throws(ConsumerGone) {
                try queue.send(2)
                ended.continuation.yield(false)
            } catch {
                ended.continuation.yield(queue.cancellation.isAsked)
            }
        }
        let first = AsyncStream<Void>.makeStream()
        let consumer = Task {
            for try await _ in sequence { first.continuation.yield() }
        }
        for await _ in first.stream { break }
        consumer.cancel()
        await #expect(throws: CancellationError.self) { try await consumer.value }
        door.open()
        var ends = ended.stream.makeAsyncIterator()
        #expect(await ends.next() == true)
    }

    @Test("a thread that is held up by nobody taking hears that nobody will")
    func blocked() async throws {
        let ended = AsyncStream<Bool>.makeStream()
        var sequence: HandedOver<Int>? = HandedOver<Int>(capacity: 1) { queue in
            do throws(ConsumerGone) {
                while true { try queue.send(0) }
            } catch {
                ended.continuation.yield(true)
            }
        }
        #expect(sequence != nil)
        sequence = nil
        var ends = ended.stream.makeAsyncIterator()
        #expect(await ends.next() == true)
    }

    @Test("work on a thread of its own gives its value, and is told when nobody wants it")
    func run() async throws {
        #expect(try await OwnThread.run { _ in 7 } == 7)
        let began = AsyncStream<Void>.makeStream()
        let task = Task {
            try await OwnThread.run { cancellation in
                began.continuation.yield()
                while !cancellation.isAsked {}
            }
        }
        for await _ in began.stream { break }
        task.cancel()
        // What it gives after that is given still; only what it throws is put down to the cancellation.
        try await task.value
        let failing = Task {
            try await OwnThread.run { cancellation in
                began.continuation.yield()
                while !cancellation.isAsked {}
                throw Broken()
            }
        }
        failing.cancel()
        await #expect(throws: CancellationError.self) { try await failing.value }
    }

    @Test("threads that block leave those of tasks alone")
    func beside() async throws {
        let door = ThreadDoor()
        let threads = (0..<64).map { _ in HandedOver<Int>(capacity: 1) { _ in door.pass() } }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 { group.addTask { await Task.yield() } }
        }
        door.open()
        for thread in threads { for try await _ in thread {} }
    }
}
