import Foundation
import Glibc
import PorticoTelemetry
import Testing

@Suite struct LogSinkTests {
    @Test("writes whole lines to a descriptor")
    func descriptor() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let sink = LogSink.fileDescriptor(ends[1])
        let lines = [line("one"), line("two")]
        for line in lines { sink.write(line) }
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(ends[0], &bytes, bytes.count)
        close(ends[0])
        #expect(Array(bytes.prefix(max(0, count))) == lines.flatMap(\.bytes))
    }

    @Test("loses a line that no descriptor takes, and the other sinks get it all the same")
    func closed() {
        let full = open("/dev/full", O_WRONLY)
        #expect(full >= 0)
        let kept = LogRing()
        let sink = LogSink.all(.fileDescriptor(-1), .fileDescriptor(full), .ring(kept))
        let sent = [line("one"), line("two")]
        for line in sent { sink.write(line) }
        close(full)
        #expect(kept.lines.map(\.bytes) == sent.map(\.bytes))
    }

    @Test("goes on when a descriptor that was full has room again")
    func roomAgain() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        for end in ends { #expect(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
        let sink = LogSink.fileDescriptor(ends[1])
        let filling = [UInt8](repeating: 0, count: 4096)
        while write(ends[1], filling, filling.count) > 0 {}
        sink.write(line("lost"))
        var bytes = [UInt8](repeating: 0, count: 1 << 17)
        while read(ends[0], &bytes, bytes.count) > 0 {}
        let kept = line("kept")
        sink.write(kept)
        let count = read(ends[0], &bytes, bytes.count)
        #expect(Array(bytes.prefix(max(0, count))) == kept.bytes)
        for end in ends { close(end) }
    }

    @Test("gives every line to all of several sinks")
    func all() {
        let first = LogRing()
        let second = LogRing()
        LogSink.all(.ring(first), .ring(second)).write(line("x"))
        #expect(first.lines.count == 1 && first.lines == second.lines)
    }

    @Test("keeps lines whole when many threads write at once, however long they are", .timeLimit(.minutes(10)))
    func whole() async {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (readEnd, writeEnd) = (ends[0], ends[1])
        let sink = LogSink.fileDescriptor(writeEnd)
        let long = (0..<4).map { line(String(repeating: "\($0)", count: 8000)) }
        async let received = drained(readEnd)
        await withTaskGroup(of: Void.self) { group in
            for line in long {
                group.addTask {
                    for _ in 0..<10 { sink.write(line) }
                }
            }
        }
        close(writeEnd)
        let lines = await received.split(separator: 0x0A).map { Array($0) + [0x0A] }
        #expect(lines.count == 40)
        #expect(lines.allSatisfy { line in long.contains { $0.bytes == line } })
    }

    /// Everything up to the end of the pipe, read away from the test's own threads.
    private func drained(_ descriptor: Int32) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var bytes: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 65_536)
                while true {
                    let count = read(descriptor, &chunk, chunk.count)
                    guard count > 0 else { break }
                    bytes += chunk[..<count]
                }
                close(descriptor)
                continuation.resume(returning: bytes)
            }
        }
    }
}
