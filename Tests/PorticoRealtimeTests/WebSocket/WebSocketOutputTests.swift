import Testing

@testable import PorticoRealtime

@Suite struct WebSocketOutputTests {
    @Test("holds no memory for what has gone, also where something always waits")
    func forgets() {
        var output = WebSocketOutput()
        output.add(message: [0])
        for number in 1...10_000 {
            output.add(message: [UInt8(truncatingIfNeeded: number)])
            let frame = output.next()
            #expect(frame == [UInt8(truncatingIfNeeded: number - 1)])
        }
        #expect(output.bytes == 1 && !output.isEmpty)
        #expect(output.places < 1000)
    }
}
