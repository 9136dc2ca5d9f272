import PorticoHTTP
import Synchronization
import Testing

@testable import PorticoRealtime

@Suite(.timeLimit(.minutes(10))) struct WebSocketTests {
    @Test("sends messages back as they came, compressed where it is agreed")
    func echoes() throws {
        let link = try openLink(Echo(), deflate: true)
        let long = String(repeating: "again and ", count: 200)
        link.send(ClientFrame.text("hi") + ClientFrame.bytes(2, [0, 255]) + ClientFrame.text(long))
        let frames = link.frames
        #expect(frames.count == 3)
        #expect(frames[0] == ServerFrame(opcode: 1, isCompressed: false, payload: Array("hi".utf8)))
        #expect(frames[1] == ServerFrame(opcode: 2, isCompressed: false, payload: [0, 255]))
        #expect(frames[2].isCompressed)
        #expect(frames[2].payload.count < 200)
    }

    @Test("answers pings with their payload, and many of them in order")
    func pings() throws {
        let link = try openLink(Echo())
        link.send((0..<10).flatMap { ClientFrame.bytes(9, [$0]) })
        #expect(link.frames == (0..<10).map { ServerFrame(opcode: 10, isCompressed: false, payload: [$0]) })
    }

    @Test("says the client's goodbye back and ends; what follows it does not count")
    func clientCloses() throws {
        let echo = Echo()
        let link = try openLink(echo)
        link.send(ClientFrame.text("last") + ClientFrame.close(1000, "done") + ClientFrame.text("late"))
        #expect(link.frames.map(\.opcode) == [1, 8])
        #expect(link.frames[1].code == 1000)
        #expect(link.isFinished)
        link.socket.connectionEnded()
        #expect(echo.isClosed.withLock { $0 })
        #expect(!link.socket.send(.text("too late")))
    }

    @Test("a close frame without a code gets one without a code")
    func bareClose() throws {
        let link = try openLink(Echo())
        link.send(ClientFrame.bytes(8, []))
        #expect(link.frames == [ServerFrame(opcode: 8, isCompressed: false, payload: [])])
        #expect(link.isFinished)
    }

    @Test("answers what came before bytes that break the protocol, then ends")
    func failure() throws {
        let link = try openLink(Echo())
        link.send(ClientFrame.text("good") + ClientFrame.bytes(3, []) + ClientFrame.text("never"))
        #expect(link.frames.map(\.opcode) == [1, 8])
        #expect(link.frames[1].code == 1002)
        #expect(link.isFinished)
    }

    @Test("waits for the client's goodbye after its own, and sends nothing in between")
    func serverCloses() throws {
        let link = try openLink(Echo())
        link.socket.send(.text("bye"))
        link.socket.close(.goingAway)
        link.socket.close(.tooBig)
        link.pump()
        #expect(link.frames.map(\.opcode) == [1, 8])
        #expect(link.frames[1].code == 1001)
        #expect(!link.isFinished)
        link.send(ClientFrame.text("still here") + ClientFrame.bytes(9, []))
        #expect(link.frames.count == 2)
        link.send(ClientFrame.close(1001))
        #expect(link.frames.count == 2)
        #expect(link.isFinished)
    }

    @Test("drains with 1001")
    func drains() throws {
        let link = try openLink(Echo())
        link.socket.drain()
        link.pump()
        #expect(link.frames.first?.code == 1001)
    }

    @Test("does not read a client that takes too little, and ends one for which too much waits")
    func backPressure() throws {
        var limits = WebSocket.Limits()
        limits.maximumWaiting = 4000
        let link = try openLink(Echo(), limits: limits)
        #expect(link.socket.wantsBytes)
        #expect(link.socket.send(.binary([UInt8](repeating: 0, count: 1500))))
        #expect(!link.socket.wantsBytes)
        #expect(link.socket.send(.binary([UInt8](repeating: 0, count: 1500))))
        #expect(!link.socket.send(.binary([UInt8](repeating: 0, count: 1500))))
        #expect(!link.socket.send(.text("no more")))
        link.pump()
        #expect(link.frames.map(\.code) == [1013])
    }

    @Test("asks a silent client for a sign of life, and gives it up when none comes")
    func heartbeat() throws {
        var limits = WebSocket.Limits()
        limits.pingSeconds = 10
        limits.patienceSeconds = 10
        let link = try openLink(Echo(), limits: limits)
        for _ in 0..<2 { link.socket.tick() }
        link.pump()
        #expect(link.frames.map(\.opcode) == [9])
        link.send(ClientFrame.bytes(10, []))
        for _ in 0..<4 {
            link.socket.tick()
            link.pump()
        }
        #expect(link.frames.map(\.opcode) == [9, 9])
        #expect(!link.isAborted)
        link.socket.tick()
        #expect(link.isAborted)
    }

    @Test("gives up a client that does not take what waits, or never says goodbye")
    func stuck() throws {
        var limits = WebSocket.Limits()
        limits.patienceSeconds = 10
        let stuck = try openLink(Echo(), limits: limits)
        stuck.socket.send(.text("waits"))
        for _ in 0..<2 {
            ClientFrame.bytes(10, []).withUnsafeBytes { stuck.socket.received($0) }
            stuck.socket.tick()
        }
        #expect(stuck.isAborted)
        let rude = try openLink(Echo(), limits: limits)
        rude.socket.close(.normal)
        for _ in 0..<3 {
            rude.send(ClientFrame.text("and another thing"))
            rude.socket.tick()
        }
        #expect(rude.isAborted)
    }

    @Test("asks its endpoint for frames when nothing else waits")
    func pulls() throws {
        final class Source: WebSocketEndpoint {
            let left = Mutex(3)
            func received(_ message: WebSocketMessage, from socket: WebSocket) {}
            func nextFrame(for socket: WebSocket) -> [UInt8]? {
                left.withLock { left in
                    guard left > 0 else { return nil }
                    left -= 1
                    if left == 0 { socket.close(.normal) }
                    return WebSocketFrame.bytes(.binary, [UInt8(left)])
                }
            }
        }
        let link = try openLink(Source())
        link.pump()
        #expect(link.frames.map(\.opcode) == [2, 2, 2, 8])
    }

    @Test("a close reason is cut between characters at 123 bytes")
    func longReason() {
        let payload = WebSocketClose(1008, String(repeating: "ü", count: 100)).payload
        #expect(payload.count == 124)
        #expect(String(validating: payload[2...], as: UTF8.self) != nil)
    }
}
