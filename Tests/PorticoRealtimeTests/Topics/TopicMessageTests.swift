import PorticoEvents
import PorticoJSON
import Testing

@testable import PorticoRealtime

@Suite struct TopicMessageTests {
    @Test("is an event of a stream, and JSON in a frame")
    func forms() throws {
        let message = TopicMessage(
            position: EventPosition(id: 7), topics: ["area:x"], event: "scan", data: ["code": "A\n1"])
        #expect(String(decoding: message.frame, as: UTF8.self) == "id: 7\nevent: scan\ndata: {\"code\":\"A\\n1\"}\n\n")
        let frame = try #require(ServerFrame.parse(message.frame(of: "área", window: nil)).first)
        let json = try JSONValue(parsing: frame.payload)
        #expect(
            json == [
                "type": "message", "topic": "área", "id": "7", "event": "scan", "data": ["code": "A\n1"],
            ])
    }

    @Test("is made once for all who get it, each window and name on its own")
    func shared() throws {
        let text = String(repeating: "the same words, ", count: 200)
        let message = TopicMessage(position: nil, topics: ["a"], event: "e", data: ["text": .string(text)])
        let copy = message
        let plain = message.frame(of: "a", window: nil)
        let small = copy.frame(of: "a", window: .largest)
        #expect(small.count < plain.count / 5)
        #expect(small[0] == 0xC1)
        let again = copy.frame(of: "a", window: .largest)
        #expect(small.withUnsafeBytes { $0.baseAddress } == again.withUnsafeBytes { $0.baseAddress })
    }

    @Test("an event's name can't begin another field of the stream")
    func hostileName() {
        let message = TopicMessage(position: nil, topics: [], event: "x\ndata: forged", data: .null)
        #expect(String(decoding: message.frame, as: UTF8.self) == "event: message\ndata: null\n\n")
    }

    @Test("travels to other nodes and comes out the same")
    func travels() throws {
        let message = TopicMessage(
            position: nil, topics: ["a", "ü\"b"], event: "typing", data: ["n": 1.5], key: "k", isKept: true)
        let back = try #require(TopicMessage(travelling: message.travelling))
        #expect(back.topics == message.topics)
        #expect(back.event == "typing")
        #expect(back.key == "k")
        #expect(back.isKept)
        #expect(back.data == message.data)
        #expect(TopicMessage(travelling: Array("rubbish".utf8)) == nil)
        #expect(TopicMessage(travelling: Array("{}".utf8)) == nil)
    }
}
